#include <CLI/CLI.hpp>
#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "app/logs_cover.h"
#include "app/logs_page.h"
#include "app/logs_query.h"
#include "app/logs_verbs.h"
#include "app/progress_bar.h"
#include "app/server_access.h"
#include "app/verbs.h"
#include "base/clock.h"
#include "base/codec/compress.h"
#include "base/fs.h"
#include "base/strings.h"
#include "model/log_push.h"

// `vedette logs import`: another Loki's lines into a collector, day by day, both over their APIs.
// A collector keeps a line once, so a day that was begun may be read again.

namespace vedette::app {
namespace {

constexpr int64_t kDayNs = 86'400'000'000'000;
constexpr uint32_t kImportPageLines = 5000;
constexpr std::chrono::seconds kPushTimeout{60};

struct ImportLogsFlags {
  ServerAccess from{.url = ""};
  ServerAccess to{.url = "http://127.0.0.1:3100"};
  std::string query;  // empty: everything
  std::string since;
  std::string until;
  std::string state = "vedette-logs-import.state";
};

int Fail(const base::Status& status) {
  std::fprintf(stderr, "vedette logs import: %s\n", std::string(base::Message(status)).c_str());
  return absl::IsInvalidArgument(status) ? kExitUsage : kExitProblem;
}

// Which days of which import are done: a line each, "FROM TO QUERY DAY".
class ImportState {
 public:
  ImportState(base::FileSystem* fs, std::string path, std::string what)
      : fs_(fs), path_(std::move(path)), what_(std::move(what)) {}

  base::Status Load() {
    if (!fs_->Exists(path_)) return {};
    VEDETTE_ASSIGN_OR_RETURN(const std::string text, fs_->ReadFile(path_));
    for (const std::string_view line : base::Split(text, '\n')) {
      if (!line.empty()) done_.emplace(line);
    }
    return {};
  }
  bool Has(int64_t day) const { return done_.contains(LineOf(day)); }
  base::Status Add(int64_t day) {
    done_.insert(LineOf(day));
    std::string text;
    for (const std::string& line : done_) text += line + "\n";
    return fs_->WriteFileAtomic(path_, text);
  }

 private:
  std::string LineOf(int64_t day) const { return base::Concat({what_, " ", std::to_string(day)}); }

  base::FileSystem* const fs_;
  const std::string path_;
  const std::string what_;
  std::set<std::string> done_;
};

struct ImportedLogs {
  uint64_t lines = 0;
  uint64_t days = 0;
  uint64_t days_before = 0;
  uint64_t refused = 0;  // pushes of which the collector did not take all
  std::string first_refusal;
};

class LogsImport {
 public:
  LogsImport(const ImportLogsFlags& flags, const base::http::ConfiguredClient* from,
             const base::http::ConfiguredClient* to, base::Clock* clock)
      : query_(flags.query),
        from_url_(flags.from.BaseUrl()),
        to_url_(flags.to.BaseUrl()),
        from_(from),
        to_(to),
        clock_(clock) {}

  base::Status Day(int64_t start_ns, int64_t end_ns) {
    VEDETTE_ASSIGN_OR_RETURN(const std::vector<std::string> queries, Queries(start_ns, end_ns));
    for (const std::string& query : queries) {
      VEDETTE_RETURN_IF_ERROR(Take(query, start_ns, end_ns));
    }
    return {};
  }
  ImportedLogs& report() { return report_; }

 private:
  base::StatusOr<std::vector<std::string>> Queries(int64_t start_ns, int64_t end_ns) {
    if (!query_.empty()) return std::vector<std::string>{query_};
    std::vector<LogLabels> streams;
    VEDETTE_RETURN_IF_ERROR(WithPatience([&]() -> base::Status {
      VEDETTE_ASSIGN_OR_RETURN(streams, FetchStreams(from_, from_url_, start_ns, end_ns));
      return base::Status();
    }));
    return CoveringSelectors(streams);
  }

  base::Status Take(const std::string& query, int64_t start_ns, int64_t end_ns) {
    LogPages pages(from_, {from_url_, query, start_ns, end_ns, true, kImportPageLines});
    for (;;) {
      std::vector<FetchedLine> lines;
      VEDETTE_RETURN_IF_ERROR(WithPatience([&]() -> base::Status {
        VEDETTE_ASSIGN_OR_RETURN(lines, pages.Next());
        return base::Status();
      }));
      if (lines.empty()) break;
      VEDETTE_RETURN_IF_ERROR(PushAll(lines));
      report_.lines += lines.size();
    }
    if (pages.cut_timestamps() == 0) return {};
    return base::Unavailable(base::Concat(
        {std::to_string(pages.cut_timestamps()), " times have more than ",
         std::to_string(kImportPageLines), " lines each; narrow --query and import in parts"}));
  }
  // Tries again what may pass: a server that is full, restarts or is not to be reached. One that
  // has never answered is most often another than was meant.
  template <typename Work>
  base::Status WithPatience(const Work& work) {
    constexpr int kTries = 7;  // 63 s in all
    std::chrono::seconds pause{1};
    for (int i = 1;; ++i, pause *= 2) {
      const base::Status status = work();
      if (status.ok()) has_worked_ = true;
      if (!absl::IsUnavailable(status) || i == kTries || !has_worked_) return status;
      clock_->SleepFor(pause, {});
    }
  }

  // Halves of what is too much at once.
  base::Status PushAll(std::span<const FetchedLine> lines) {
    const base::Status status = WithPatience([&] { return Push(lines); });
    if (!absl::IsResourceExhausted(status) || lines.size() < 2) return status;
    const size_t half = lines.size() / 2;
    VEDETTE_RETURN_IF_ERROR(PushAll(lines.first(half)));
    return PushAll(lines.subspan(half));
  }

  base::Status Push(std::span<const FetchedLine> lines) {
    std::map<LogLabels, std::vector<model::LogEntry>> entries;
    for (const FetchedLine& line : lines) {
      entries[line.stream].push_back({line.timestamp_ns, line.line, LabelsOf(line.metadata)});
    }
    std::vector<model::LogStream> streams;
    for (auto& [labels, of_it] : entries) streams.push_back({LabelsOf(labels), std::move(of_it)});
    base::http::ClientRequest request;
    request.method = "POST";
    request.url = to_url_ + "/loki/api/v1/push";
    request.headers.Set("Content-Type", "application/x-protobuf");
    request.body = base::SnappyCompress(model::EncodeLogPush(streams));
    request.timeout = kPushTimeout;
    const auto response = to_->Send(std::move(request));
    if (!response.ok()) return base::Unavailable(base::Message(response.status()));
    if (response->status / 100 == 2) return {};
    const std::string words(base::Trim(response->body));
    if (response->status != 400) {
      const std::string said =
          base::Concat({"the collector answered ", std::to_string(response->status), ": ", words});
      if (response->status == 413) return base::ResourceExhausted(said);
      const bool may_pass = response->status == 429 || response->status >= 500;
      return may_pass ? base::Unavailable(said) : base::PermissionDenied(said);
    }
    // It took what it could; the rest is too old for it, or too long.
    if (report_.refused++ == 0) report_.first_refusal = words;
    return {};
  }

  static model::Labels LabelsOf(const LogLabels& labels) {
    return model::Labels::FromPairs({labels.begin(), labels.end()});
  }

  const std::string query_;
  const std::string from_url_;
  const std::string to_url_;
  const base::http::ConfiguredClient* const from_;
  const base::http::ConfiguredClient* const to_;
  base::Clock* const clock_;
  bool has_worked_ = false;
  ImportedLogs report_;
};

struct ImportRange {
  int64_t start_ns = 0;
  int64_t end_ns = 0;
};

base::StatusOr<ImportRange> RangeOf(const ImportLogsFlags& flags, int64_t now_ns) {
  ImportRange range{now_ns - 30 * kDayNs, now_ns};
  const auto read = [now_ns](const char* flag, const std::string& text, int64_t* time) {
    if (text.empty()) return base::Status();
    const auto found = ParseLogsTime(text, now_ns);
    if (!found) {
      return base::InvalidArgument(base::Concat(
          {flag, ": found ", base::GoQuote(text), "; allowed: \"2026-11-21\", -30d, RFC 3339"}));
    }
    *time = *found;
    return base::Status();
  };
  VEDETTE_RETURN_IF_ERROR(read("--since", flags.since, &range.start_ns));
  VEDETTE_RETURN_IF_ERROR(read("--until", flags.until, &range.end_ns));
  if (range.end_ns <= range.start_ns) return base::InvalidArgument("--until: not after --since");
  return range;
}

base::Status ImportDays(const ImportRange& range, base::Clock* clock, ImportState* state,
                        LogsImport* import) {
  ProgressBar bar(clock, "import");
  const int64_t begun_ns = clock->WallNanos();
  const int64_t first = range.start_ns / kDayNs;
  const int64_t last = (range.end_ns - 1) / kDayNs;
  for (int64_t day = first; day <= last; ++day) {
    if (state->Has(day)) {
      ++import->report().days_before;
      continue;
    }
    bar.Show(static_cast<uint64_t>(day - first), static_cast<uint64_t>(last - first + 1), "days");
    const int64_t start = std::max(range.start_ns, day * kDayNs);
    const int64_t end = std::min(range.end_ns, (day + 1) * kDayNs);
    const uint64_t refused = import->report().refused;
    VEDETTE_RETURN_IF_ERROR(import->Day(start, end));
    ++import->report().days;
    // A day that is not over, was cut by --since or lacks lines is read again next time.
    const bool is_whole =
        end - start == kDayNs && end <= begun_ns && import->report().refused == refused;
    if (is_whole) VEDETTE_RETURN_IF_ERROR(state->Add(day));
  }
  return {};
}

int RunLogsImport(const ImportLogsFlags& flags) {
  base::SystemClock clock;
  const auto range = RangeOf(flags, clock.WallNanos());
  if (!range.ok()) return Fail(range.status());
  const auto fs = base::NewPosixFileSystem();
  ImportState state(fs.get(), flags.state,
                    base::Join({flags.from.BaseUrl(), flags.to.BaseUrl(),
                                flags.query.empty() ? "all" : flags.query},
                               " "));
  if (const base::Status loaded = state.Load(); !loaded.ok()) return Fail(loaded);
  auto from_config = flags.from.Config(fs.get());
  if (!from_config.ok()) return Fail(from_config.status());
  auto to_config = flags.to.Config(fs.get());
  if (!to_config.ok()) return Fail(to_config.status());
  const base::http::ConfiguredClient::Options tools{fs.get(), &clock, nullptr, nullptr};
  const base::http::ConfiguredClient from(*std::move(from_config), tools);
  const base::http::ConfiguredClient to(*std::move(to_config), tools);
  LogsImport import(flags, &from, &to, &clock);
  const base::Status status = ImportDays(*range, &clock, &state, &import);
  const ImportedLogs& report = import.report();
  std::printf("%" PRIu64 " lines of %" PRIu64 " days; %" PRIu64 " days were in before\n",
              report.lines, report.days, report.days_before);
  if (!status.ok()) return Fail(status);
  if (report.refused == 0) return kExitOk;
  std::fprintf(stderr, "vedette logs import: the collector left some lines out: %s\n",
               report.first_refusal.c_str());
  return kExitProblem;
}

}  // namespace

void AddLogsImport(CLI::App* logs, int* exit_code) {
  const auto flags = std::make_shared<ImportLogsFlags>();
  CLI::App* import = logs->add_subcommand(
      "import", "Take in the lines of a Loki by its API, day by day; can be taken up again");
  import->add_option("FROM", flags->from.url, "Its URL, http://loki:3100")->required();
  import->add_option("--from.http.config.file", flags->from.http_config_file,
                     "How to ask it: basic_auth, authorization, tls_config, http_headers "
                     "(X-Scope-OrgID), as in Prometheus' files");
  import->add_option("--to", flags->to.url, "URL of the collector")->capture_default_str();
  import->add_option("--query", flags->query, "Which lines; all");
  import->add_option("--since", flags->since, "From then on: 2026-11-21, -30d; 30 days");
  import->add_option("--until", flags->until, "Until then; now");
  import->add_option("--state", flags->state, "File that says which days are done")
      ->capture_default_str();
  flags->to.AddCredentials(import);
  import->callback([flags, exit_code] { *exit_code = RunLogsImport(*flags);
});
}  // namespace vedette::app

}  // namespace vedette::app
