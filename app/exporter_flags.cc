#include "app/exporter_flags.h"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <utility>

#include "base/strings.h"

namespace vedette::app {
namespace {

using Setter = std::function<base::Status(std::string_view value)>;

// Who looks for a wrong value on the command line would not find one of the environment there.
std::string Origin(const std::string& env, std::string_view value) {
  const char* const set = env.empty() ? nullptr : std::getenv(env.c_str());
  return set != nullptr && value == set ? base::Concat({" (", env, " in the environment)"}) : "";
}

void SetOrThrow(const exporters::FlagText& flag, const Setter& set, std::string_view value) {
  const base::Status status = set(value);
  if (status.ok()) return;
  throw CLI::ValidationError("--" + flag.name,
                             base::Concat({base::Message(status), Origin(flag.env, value)}));
}

// CLI11 counts a switch's words and numbers, and lets what is neither out as an exception that
// names no flag. Returns what is wrong, "" for nothing.
std::string SwitchProblem(const std::string& env, const std::string& value) {
  try {
    CLI::detail::to_flag_value(value);
    return "";
  } catch (const std::exception&) {
    return base::Concat(
        {"found ", base::GoQuote(value), "; allowed are true and false", Origin(env, value)});
  }
}

// Returns what is wrong, "" for nothing: CLI11's way.
std::string PathProblem(const std::string& value) {
  if (value.starts_with('/')) return "";
  return base::Concat({"found ", base::GoQuote(value), "; allowed is a path that begins with /"});
}

std::vector<exporters::Flag<exporters::ScrapeLimits>> LimitFlags() {
  using exporters::ScrapeLimits;
  return {exporters::TimeFlag<ScrapeLimits>(
              "scrape.collector-timeout",
              "After which a scrape goes on without a collector; 0: only the scrape's own end",
              "5s", [](ScrapeLimits * l) -> auto& { return l->collector_timeout; }),
          exporters::TimeFlag<ScrapeLimits>(
              "scrape.timeout-offset", "How much earlier than the scraper's timeout a page is done",
              "500ms", [](ScrapeLimits * l) -> auto& { return l->timeout_offset; })};
}

}  // namespace

void AddFlag(CLI::App* verb, const exporters::FlagText& flag, Setter set,
             const std::string& group) {
  CLI::Option* added = nullptr;
  const auto set_one = [flag, set = std::move(set)](std::string_view value) {
    SetOrThrow(flag, set, value);
  };
  if (flag.is_switch) {
    added = verb->add_flag_function(
        "--" + flag.name + ",!--no-" + flag.name,
        [set_one](int64_t count) { set_one(count > 0 ? "true" : "false"); }, flag.help);
    added->check([env = flag.env](const std::string& value) { return SwitchProblem(env, value); });
  } else {
    added = verb->add_option_function<std::vector<std::string>>(
        "--" + flag.name,
        [set_one](const std::vector<std::string>& values) {
          for (const std::string& value : values) set_one(value);
        },
        flag.help);
    added->allow_extra_args(false);
  }
  if (!flag.env.empty()) added->envname(flag.env);
  if (!flag.default_value.empty()) added->default_str(flag.default_value);
  added->group(flag.is_hidden ? "" : group);
}

void ExporterFlags::AddWebFlags(CLI::App* verb, const std::string& prefix, const std::string& group,
                                std::string_view default_address) {
  // Without one CLI11 reads the environment for every verb, also for those that are not asked for:
  // a wrong REDIS_EXPORTER_... would keep the collector from starting.
  verb->parse_complete_callback([] {});
  verb->add_option(
      "--" + prefix + "web.listen-address", listen_,
      base::Concat({"Address of the metrics page, repeatable; ", default_address, " by default"}));
  verb->add_option("--" + prefix + "web.telemetry-path", telemetry_path_,
                   "Path of the metrics page")
      ->check(PathProblem)
      ->capture_default_str();
  verb->add_option("--" + prefix + "web.config.file", web_config_file_,
                   "Web configuration file: TLS, basic auth, tokens");
  verb->add_option("--" + prefix + "web.max-requests", max_requests_,
                   "Scrapes at the same time; 0 for no limit")
      ->check(CLI::Range(0, 10'000))
      ->capture_default_str();
  verb->add_flag("--" + prefix + "web.disable-exporter-metrics", disable_exporter_metrics_,
                 "Leave process_* and vedette_* out of the page");
  // The sockets that systemd hands to a process are for one exporter.
  if (prefix.empty()) {
    verb->add_flag("--web.systemd-socket", systemd_sockets_,
                   "Listen on the sockets that systemd passes, instead of an address");
  }
  for (const auto& flag : LimitFlags()) {
    exporters::FlagText text = flag;
    text.name.insert(0, prefix);
    AddFlag(
        verb, text, [this, set = flag.set](std::string_view value) { return set(&limits_, value); },
        group);
  }
}

void ExporterFlags::Set(exporters::Environment* environment) const {
  environment->metrics_path = telemetry_path_;
  environment->max_requests = max_requests_;
  environment->exporter_metrics = !disable_exporter_metrics_;
  environment->limits = limits_;
}

std::vector<std::string> ExporterFlags::Listen(std::string_view default_address) const {
  return listen_.empty() ? std::vector<std::string>{std::string(default_address)} : listen_;
}

}  // namespace vedette::app
