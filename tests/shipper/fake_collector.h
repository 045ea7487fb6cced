#ifndef VEDETTE_TESTS_SHIPPER_FAKE_COLLECTOR_H_
#define VEDETTE_TESTS_SHIPPER_FAKE_COLLECTOR_H_

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/http/router.h"
#include "base/http/server.h"
#include "model/log_entry.h"
#include "tests/support/capture_logger.h"

namespace vedette::test {

// Takes pushes over real HTTP as the collector does, or misbehaves as told. Thread-safe.
class FakeCollector {
 public:
  enum class Mode {
    kTake,
    kUnavailable,  // 503, nothing stored
    kLoseAnswer,   // stored, yet the answer says 500
    kHang,         // no answer until the mode changes
  };

  struct Line {
    model::Labels labels;
    model::LogEntry entry;
    std::string source;
    uint64_t position;
  };

  FakeCollector();
  ~FakeCollector();

  std::string url() const { return url_; }
  void SetMode(Mode mode);
  // Pushes that hold this text are refused with 400.
  void RefuseLinesWith(const std::string& text);
  // Every push gets this status and nothing is stored; 0: no more.
  void AnswerAll(int status);
  // Pushes of more entries are refused with 413.
  void SetMaxEntries(size_t entries);

  // What is stored, each position of a source once, in the order taken.
  std::vector<Line> lines() const;
  std::vector<std::string> texts() const;
  // Entries skipped since their position was stored before.
  size_t skipped() const;
  size_t pushes() const;
  // Pushes whose Authorization was this.
  size_t AuthorizedAs(const std::string& header) const;
  // Blocks until `n` lines are stored or 20 s have passed.
  bool WaitForLines(size_t n) const;
  // Blocks until this line is stored or 20 s have passed.
  bool WaitForText(const std::string& line) const;
  // Blocks until `n` pushes came or 20 s have passed.
  bool WaitForPushes(size_t n) const;

 private:
  void Handle(const base::http::Request& request, base::http::Responder respond);
  base::http::Response Answer(const base::http::Request& request);
  void Store(const model::LogPush& push, const model::SourcePositions& positions);

  base::SystemClock clock_;
  CaptureLogger logger_;
  base::http::Router router_;
  std::unique_ptr<base::http::Server> server_;
  std::string url_;

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  Mode mode_ = Mode::kTake;
  std::string refuse_;
  int status_ = 0;
  size_t max_entries_ = SIZE_MAX;
  std::map<std::string, uint64_t> marks_;
  std::vector<Line> lines_;
  std::vector<std::string> authorizations_;
  std::vector<base::http::Responder> hanging_;
  size_t skipped_ = 0;
  size_t pushes_ = 0;
};

}  // namespace vedette::test

#endif  // VEDETTE_TESTS_SHIPPER_FAKE_COLLECTOR_H_
