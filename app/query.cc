#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "app/query_print.h"
#include "app/query_request.h"
#include "app/verbs.h"
#include "base/clock.h"
#include "base/strings.h"

// `vedette query EXPR`: one PromQL query, asked of a collector or any Prometheus.

namespace vedette::app {
namespace {

struct QueryFlags {
  std::string expr;
  ServerAccess server;
  std::string time;
  std::string start;
  std::string end;
  std::string step;
  std::string since;
  std::string timeout = "2m";
  std::string output = "table";
};

// Says what is wrong with a flag.
class WrongUse {
 public:
  bool good() const { return good_; }

  int64_t Time(const char* flag, const std::string& text, int64_t now_ms) {
    const auto time = ParseQueryTime(text, now_ms);
    if (!time) Bad(flag, text, "2026-11-21T10:00:00Z, seconds since the epoch, now or now-1h");
    return time.value_or(0);
  }

  int64_t Duration(const char* flag, const std::string& text) {
    const auto ms = base::ParseDurationMs(text);
    if (!ms || *ms <= 0) Bad(flag, text, "a duration above zero such as 30s or 1h");
    return ms.value_or(0);
  }

  void Bad(const char* flag, const std::string& found, const char* allowed) {
    std::fprintf(stderr, "vedette query: %s: found %s; allowed: %s\n", flag,
                 base::GoQuote(found).c_str(), allowed);
    good_ = false;
  }

  void Exclude(const char* one, const char* other) {
    std::fprintf(stderr, "vedette query: %s: cannot be had with %s\n", one, other);
    good_ = false;
  }

 private:
  bool good_ = true;
};

constexpr int64_t kDefaultRangeMs = 60 * 60 * 1000;
constexpr int64_t kDefaultPoints = 250;

// As many points as a graph shows, a whole number of seconds apart.
int64_t DefaultStep(int64_t range_ms) {
  return std::max<int64_t>(1, (range_ms + kDefaultPoints * 1000 - 1) / (kDefaultPoints * 1000)) *
         1000;
}

Question QuestionOf(const QueryFlags& flags, int64_t now_ms, WrongUse* usage) {
  Question question;
  question.expr = flags.expr;
  question.timeout_ms = usage->Duration("--timeout", flags.timeout);
  const bool range =
      !flags.start.empty() || !flags.end.empty() || !flags.step.empty() || !flags.since.empty();
  if (!range) {
    question.start_ms = flags.time.empty() ? now_ms : usage->Time("--time", flags.time, now_ms);
    question.end_ms = question.start_ms;
    return question;
  }
  if (!flags.time.empty()) usage->Exclude("--time", "--start, --end, --step and --since");
  if (!flags.since.empty() && !flags.start.empty()) usage->Exclude("--since", "--start");
  question.end_ms = flags.end.empty() ? now_ms : usage->Time("--end", flags.end, now_ms);
  const int64_t back =
      flags.since.empty() ? kDefaultRangeMs : usage->Duration("--since", flags.since);
  question.start_ms =
      flags.start.empty() ? question.end_ms - back : usage->Time("--start", flags.start, now_ms);
  question.step_ms = flags.step.empty() ? DefaultStep(question.end_ms - question.start_ms)
                                        : usage->Duration("--step", flags.step);
  if (usage->good() && question.end_ms < question.start_ms) {
    usage->Bad("--end", flags.end, "a time not before --start");
  }
  return question;
}

void Print(const QueryAnswer& answer, const Question& question, const std::string& output) {
  std::string text;
  if (output == "json") {
    text = answer.body + (base::EndsWith(answer.body, "\n") ? "" : "\n");
  } else if (output == "csv") {
    text = AnswerCsv(answer);
  } else {
    TableStyle style;
    style.bold_header = isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
    int64_t start = question.start_ms;
    if (question.step_ms > 0) {
      // No wider than there are steps, whose gaps would look like gaps of the data.
      const int64_t steps = (question.end_ms - question.start_ms) / question.step_ms + 1;
      style.sparkline_width = std::min(style.sparkline_width, static_cast<size_t>(steps));
    } else {
      // A range selector's own points.
      for (const AnswerSeries& series : answer.series) {
        if (!series.points.empty()) start = std::min(start, series.points.front().time_ms);
      }
    }
    text = AnswerTable(answer, start, question.end_ms, style);
  }
  std::fwrite(text.data(), 1, text.size(), stdout);
}

int Run(const QueryFlags& flags) {
  const base::SystemClock clock;
  WrongUse usage;
  const Question question = QuestionOf(flags, clock.WallMillis(), &usage);
  if (!usage.good()) return kExitUsage;
  const auto fs = base::NewPosixFileSystem();
  const auto answer = Ask(flags.server, question, fs.get());
  if (!answer.ok()) {
    std::fprintf(stderr, "vedette query: %s\n",
                 std::string(base::Message(answer.status())).c_str());
    return absl::IsInvalidArgument(answer.status()) ? kExitUsage : kExitProblem;
  }
  for (const std::string& warning : answer->warnings) {
    std::fprintf(stderr, "warning: %s\n", warning.c_str());
  }
  for (const std::string& info : answer->infos) std::fprintf(stderr, "info: %s\n", info.c_str());
  if (!answer->error.empty()) {
    std::fprintf(stderr, "vedette query: %s\n%s", answer->error.c_str(),
                 ErrorPlace(flags.expr, answer->error).c_str());
    return kExitProblem;
  }
  Print(*answer, question, flags.output);
  return kExitOk;
}

}  // namespace

void AddQuery(CLI::App* root, int* exit_code) {
  CLI::App* verb = root->add_subcommand(
      "query", "Ask a collector, or any Prometheus, one PromQL query; now, unless told otherwise");
  const auto flags = std::make_shared<QueryFlags>();
  verb->add_option("EXPR", flags->expr, "The query")->required();
  verb->add_option("--server", flags->server.url, "URL of the server, its path prefix included")
      ->capture_default_str();
  verb->add_option("--time", flags->time,
                   "When to evaluate: 2026-11-21T10:00:00Z, seconds since the epoch or now-1h");
  verb->add_option("--since", flags->since, "Over this long until --end, or now: 1h");
  verb->add_option("--start", flags->start, "From then on, as --time; an hour before --end");
  verb->add_option("--end", flags->end, "Until then, as --time; now");
  verb->add_option("--step", flags->step, "How far apart; so that there are 250 points");
  verb->add_option("--timeout", flags->timeout, "How long the server may take")
      ->capture_default_str();
  verb->add_option("-o,--output", flags->output, "table, json (as the server answered) or csv")
      ->check(CLI::IsMember({"table", "json", "csv"}))
      ->capture_default_str();
  flags->server.AddCredentials(verb);
  verb->callback([flags, exit_code] { *exit_code = Run(*flags); });
}

}  // namespace vedette::app
