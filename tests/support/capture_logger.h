#ifndef VEDETTE_TESTS_SUPPORT_CAPTURE_LOGGER_H_
#define VEDETTE_TESTS_SUPPORT_CAPTURE_LOGGER_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/mutex.h"

namespace vedette::test {

// A logger that keeps its lines for the test to look at. Thread-safe.
class CaptureLogger final : public base::Logger {
 public:
  CaptureLogger();
  std::vector<std::string> Lines() const;
  // How many lines contain `text`.
  int Count(std::string_view text) const;

 protected:
  void Write(std::string_view line) override;

 private:
  mutable base::Mutex mutex_;
  std::vector<std::string> lines_ VEDETTE_GUARDED_BY(mutex_);
};

}  // namespace vedette::test

#endif  // VEDETTE_TESTS_SUPPORT_CAPTURE_LOGGER_H_
