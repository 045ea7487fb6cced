#include "tests/support/capture_logger.h"

namespace vedette::test {
namespace {

const base::Clock* TheClock() {
  static const base::SystemClock clock;
  return &clock;
}

}  // namespace

CaptureLogger::CaptureLogger() : Logger(base::LogLevel::kDebug, TheClock()) {}

std::vector<std::string> CaptureLogger::Lines() const {
  base::MutexLock lock(mutex_);
  return lines_;
}

int CaptureLogger::Count(std::string_view text) const {
  base::MutexLock lock(mutex_);
  int count = 0;
  for (const std::string& line : lines_) count += line.find(text) != std::string::npos ? 1 : 0;
  return count;
}

void CaptureLogger::Write(std::string_view line) {
  base::MutexLock lock(mutex_);
  lines_.emplace_back(line);
}

}  // namespace vedette::test
