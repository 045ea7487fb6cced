#include "app/progress_bar.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "base/strings.h"

namespace vedette::app {
namespace {

constexpr int64_t kSecondNs = 1'000'000'000;
constexpr int64_t kTerminalEveryNs = kSecondNs / 5;
constexpr int64_t kLineEveryNs = 10 * kSecondNs;
constexpr size_t kWidth = 30;
constexpr size_t kMaxWhat = 30;

// The end of a path tells more than its beginning.
std::string_view EndOf(std::string_view what) {
  return what.size() <= kMaxWhat ? what : what.substr(what.size() - kMaxWhat);
}

}  // namespace

std::string BarText(uint64_t done, uint64_t all) {
  const double share =
      all == 0 ? 1 : std::min(1.0, static_cast<double>(done) / static_cast<double>(all));
  const auto filled = static_cast<size_t>(share * static_cast<double>(kWidth));
  std::string percent = std::to_string(static_cast<int>(share * 100));
  percent.insert(0, 3 - std::min<size_t>(3, percent.size()), ' ');
  return base::Concat(
      {"[", std::string(filled, '#'), std::string(kWidth - filled, '.'), "] ", percent, " %"});
}

ProgressBar::ProgressBar(base::Clock* clock, std::string verb)
    : clock_(clock),
      verb_(std::move(verb)),
      terminal_(::isatty(STDERR_FILENO) == 1),
      begin_ns_(clock->MonotonicNanos()),
      next_ns_(begin_ns_ + kSecondNs) {}

ProgressBar::~ProgressBar() {
  if (shown_ && terminal_) std::fputs("\r\033[K", stderr);
}

void ProgressBar::Show(uint64_t done, uint64_t all, std::string_view what) {
  const int64_t now_ns = clock_->MonotonicNanos();
  if (now_ns < next_ns_) return;
  next_ns_ = now_ns + (terminal_ ? kTerminalEveryNs : kLineEveryNs);
  shown_ = true;
  Print(done, all, what);
}

void ProgressBar::Print(uint64_t done, uint64_t all, std::string_view what) {
  const std::string line = base::Concat({verb_, " ", BarText(done, all), "  ", EndOf(what)});
  std::fprintf(stderr, terminal_ ? "\r\033[K%s" : "%s\n", line.c_str());
}

}  // namespace vedette::app
