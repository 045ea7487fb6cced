#include "app/logs_run.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <iterator>

namespace vedette::app {
namespace {

constexpr uint32_t kPageLines = 1000;
void WarnOfCuts(const LogPages& pages) {
  if (pages.cut_timestamps() == 0) return;
  std::fprintf(stderr,
               "warning: at %" PRIu64
               " times there were more lines than a page holds; some are left out\n",
               pages.cut_timestamps());
}

}  // namespace

bool LogsRun::Print(const std::vector<FetchedLine>& lines) const {
  for (const FetchedLine& line : lines) {
    const std::string text = LogLineText(line, style_);
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) return false;
  }
  return std::fflush(stdout) == 0;
}

LogPages LogsRun::Pages(const LogsPlan& plan, bool forward) const {
  return LogPages(client_,
                  {base_url_, plan.query, plan.start_ns, plan.end_ns, forward, kPageLines});
}

base::StatusOr<std::vector<FetchedLine>> LogsRun::Newest(const LogsPlan& plan,
                                                         uint64_t count) const {
  std::vector<FetchedLine> found;
  LogPages pages = Pages(plan, /*forward=*/false);
  while (found.size() < count) {
    VEDETTE_ASSIGN_OR_RETURN(std::vector<FetchedLine> lines, pages.Next());
    if (lines.empty()) break;
    std::move(lines.begin(), lines.end(), std::back_inserter(found));
  }
  WarnOfCuts(pages);
  if (found.size() > count) found.resize(count);
  std::reverse(found.begin(), found.end());
  return found;
}

base::Status LogsRun::Show(const LogsPlan& plan) const {
  if (plan.newest) {
    VEDETTE_ASSIGN_OR_RETURN(const std::vector<FetchedLine> lines, Newest(plan, *plan.newest));
    Print(lines);
    return {};
  }
  LogPages pages = Pages(plan, /*forward=*/true);
  for (;;) {
    VEDETTE_ASSIGN_OR_RETURN(const std::vector<FetchedLine> lines, pages.Next());
    if (lines.empty() || !Print(lines)) break;
  }
  WarnOfCuts(pages);
  return {};
}

}  // namespace vedette::app
