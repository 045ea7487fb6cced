#ifndef VEDETTE_TESTS_CONFORMANCE_LOGQL_SCORE_H_
#define VEDETTE_TESTS_CONFORMANCE_LOGQL_SCORE_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace vedette::logql {

// Counts the cases of one corpus and prints the first that fail.
class Score {
 public:
  explicit Score(std::string name) : name_(std::move(name)) {}
  // `what` is asked for only when the case failed.
  template <typename What>
  void Judge(bool good, const What& what) {
    ++(good ? passed_ : failed_);
    if (!good) Complain(what());
  }
  void Report() const;  // "NAME: N passed, N failed"
  size_t passed() const { return passed_; }
  size_t failed() const { return failed_; }

 private:
  void Complain(std::string_view what) const;

  const std::string name_;
  size_t passed_ = 0;
  size_t failed_ = 0;
};

}  // namespace vedette::logql

#endif  // VEDETTE_TESTS_CONFORMANCE_LOGQL_SCORE_H_
