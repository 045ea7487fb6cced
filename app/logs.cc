#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/logs_query.h"
#include "app/logs_run.h"
#include "app/logs_tools.h"
#include "app/logs_verbs.h"
#include "app/server_access.h"
#include "app/verbs.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/strings.h"

// `vedette logs`: lines of all hosts with journalctl's flags, asked of a collector or any Loki.

namespace vedette::app {
namespace {

struct LogsFlags {
  LogsChoice choice;
  ServerAccess server{.url = "http://127.0.0.1:3100"};
  std::string since;
  std::string until;
  std::string lines;
  std::string output = "short";
  bool follow = false;
};

constexpr std::pair<const char*, LogsFormat> kFormats[] = {
    {"short", LogsFormat::kShort},
    {"short-precise", LogsFormat::kShortPrecise},
    {"short-iso", LogsFormat::kShortIso},
    {"json", LogsFormat::kJson},
    {"cat", LogsFormat::kCat},
};
constexpr int64_t kDefaultBack = 24ll * 3600 * 1'000'000'000;
constexpr uint64_t kFollowedLines = 10;  // as journalctl -f

std::vector<std::string> FormatNames() {
  std::vector<std::string> names;
  for (const auto& [name, format] : kFormats) names.emplace_back(name);
  return names;
}

LogsFormat FormatOf(std::string_view name) {
  const auto* const found = std::find_if(std::begin(kFormats), std::end(kFormats),
                                         [&](const auto& known) { return known.first == name; });
  VEDETTE_CHECK(found != std::end(kFormats));  // the flag takes no other
  return found->second;
}

int Complain(const base::Status& status) {
  std::fprintf(stderr, "vedette logs: %s\n", std::string(base::Message(status)).c_str());
  return absl::IsInvalidArgument(status) ? kExitUsage : kExitProblem;
}

base::StatusOr<int64_t> TimeOf(const char* flag, const std::string& text, int64_t now_ns) {
  if (const auto time = ParseLogsTime(text, now_ns)) return *time;
  return base::InvalidArgument(
      base::Concat({flag, ": found ", base::GoQuote(text),
                    "; allowed: \"2026-11-21 10:00:00\", today, yesterday, -1h, \"1h ago\", RFC "
                    "3339 or seconds since the epoch"}));
}

base::StatusOr<LogsPlan> LogsPlanOf(const LogsFlags& flags, int64_t now_ns) {
  LogsPlan plan;
  VEDETTE_ASSIGN_OR_RETURN(plan.query, LogsQuery(flags.choice));
  plan.end_ns = now_ns + kMaxAheadNs;
  if (!flags.until.empty()) {
    if (flags.follow) return base::InvalidArgument("--until: cannot be had with -f");
    VEDETTE_ASSIGN_OR_RETURN(plan.end_ns, TimeOf("--until", flags.until, now_ns));
  }
  plan.start_ns = std::min(now_ns, plan.end_ns) - kDefaultBack;
  if (!flags.since.empty()) {
    VEDETTE_ASSIGN_OR_RETURN(plan.start_ns, TimeOf("--since", flags.since, now_ns));
  }
  if (plan.end_ns < plan.start_ns) {
    return base::InvalidArgument("--until: a time before --since");
  }
  if (flags.follow && flags.since.empty()) plan.newest = kFollowedLines;
  if (!flags.lines.empty() && flags.lines != "all") {
    const auto lines = base::ParseUint(flags.lines);
    if (!lines) {
      return base::InvalidArgument(base::Concat(
          {"-n: found ", base::GoQuote(flags.lines), "; allowed: a number of lines, or all"}));
    }
    plan.newest = *lines;
  }
  return plan;
}

int RunLogs(const LogsFlags& flags) {
  base::SystemClock clock;
  const auto plan = LogsPlanOf(flags, clock.WallNanos());
  if (!plan.ok()) return Complain(plan.status());
  const auto fs = base::NewPosixFileSystem();
  auto config = flags.server.Config(fs.get());
  if (!config.ok()) return Complain(config.status());
  const base::http::ConfiguredClient client(*std::move(config),
                                            {fs.get(), &clock, nullptr, nullptr});
  LogsStyle style;
  style.terminal = isatty(STDOUT_FILENO) == 1;
  style.colour = style.terminal && std::getenv("NO_COLOR") == nullptr;
  style.format = FormatOf(flags.output);
  const LogsRun run(&client, flags.server.BaseUrl(), style);
  const base::Status status = flags.follow ? run.Follow(*plan, &clock) : run.Show(*plan);
  return status.ok() ? kExitOk : Complain(status);
}

}  // namespace

void AddLogs(CLI::App* root, int* exit_code) {
  CLI::App* verb = root->add_subcommand(
      "logs",
      "Lines of all hosts, with journalctl's flags; the last 24 hours unless told otherwise");
  const auto flags = std::make_shared<LogsFlags>();
  verb->add_option("LOGQL", flags->choice.expr, "A query of lines, in place of -u and -H");
  verb->add_flag("-f,--follow", flags->follow, "Go on with new lines as they come");
  verb->add_option("-u,--unit", flags->choice.units, "Of this unit, * and ? allowed; repeatable")
      ->take_all();
  verb->add_option("-H,--host", flags->choice.hosts, "Of this host, * and ? allowed; repeatable")
      ->take_all();
  verb->add_option("-p,--priority", flags->choice.priority,
                   "As grave as this or graver: err, warning, 3; or from to: warning..err");
  verb->add_option("-g,--grep", flags->choice.grep,
                   "With this regular expression; any case where it has no capitals");
  verb->add_option("-S,--since", flags->since,
                   "From then on: \"2026-11-21 10:00\", today, -1h, \"1h ago\"");
  verb->add_option("-U,--until", flags->until, "Until then, as --since");
  verb->add_option("-n,--lines", flags->lines, "The newest so many; all, or 10 with -f");
  verb->add_option("-o,--output", flags->output,
                   "short, short-precise, short-iso, json (an object a line) or cat (the text)")
      ->check(CLI::IsMember(FormatNames()))
      ->capture_default_str();
  verb->add_option("--server", flags->server.url, "URL of the server, its path prefix included")
      ->capture_default_str();
  flags->server.AddCredentials(verb);
  AddLogsImport(verb, exit_code);
  AddLogsLook(verb, exit_code);
  AddLogsVerify(verb, exit_code);
  AddLogsCopy(verb, exit_code);
  verb->callback([flags, exit_code, verb] {
    if (verb->get_subcommands().empty()) *exit_code = RunLogs(*flags);
  });
}

}  // namespace vedette::app
