#include "app/exporter_flags.h"

#include <CLI/CLI.hpp>

#include "base/strings.h"

namespace vedette::app {
namespace {

void Set(const ExporterFlag& flag, std::string_view value) {
  const base::Status status = flag.set(value);
  if (!status.ok()) {
    throw CLI::ValidationError("--" + flag.name, std::string(base::Message(status)));
  }
}

}  // namespace

void AddFlag(CLI::App* verb, const ExporterFlag& flag, const std::string& group) {
  CLI::Option* added = nullptr;
  if (flag.is_switch) {
    added = verb->add_flag_function(
        "--" + flag.name + ",!--no-" + flag.name,
        [flag](int64_t count) { Set(flag, count > 0 ? "true" : "false"); }, flag.help);
  } else {
    added = verb->add_option_function<std::vector<std::string>>(
        "--" + flag.name,
        [flag](const std::vector<std::string>& values) {
          for (const std::string& value : values) Set(flag, value);
        },
        flag.help);
    added->allow_extra_args(false);
  }
  if (!flag.env.empty()) added->envname(flag.env);
  if (!flag.default_value.empty()) added->default_str(flag.default_value);
  added->group(flag.is_hidden ? "" : group);
}

void ExporterFlags::AddWebFlags(CLI::App* verb, const std::string& prefix,
                                std::string_view default_address) {
  verb->add_option(
      "--" + prefix + "web.listen-address", listen_,
      base::Concat({"Address of the metrics page, repeatable; ", default_address, " by default"}));
  verb->add_option("--" + prefix + "web.telemetry-path", telemetry_path_,
                   "Path of the metrics page")
      ->capture_default_str();
  verb->add_option("--" + prefix + "web.config.file", web_config_file_,
                   "Web configuration file: TLS, basic auth, tokens");
  verb->add_option("--" + prefix + "web.max-requests", max_requests_,
                   "Scrapes at the same time; 0 for no limit")
      ->check(CLI::Range(0, 10'000))
      ->capture_default_str();
  verb->add_flag("--" + prefix + "web.disable-exporter-metrics", disable_exporter_metrics_,
                 "Leave process_* and vedette_* out of the page");
}

void ExporterFlags::Set(exporters::Environment* environment) const {
  environment->metrics_path = telemetry_path_;
  environment->max_requests = max_requests_;
  environment->exporter_metrics = !disable_exporter_metrics_;
}

std::vector<std::string> ExporterFlags::Listen(std::string_view default_address) const {
  return listen_.empty() ? std::vector<std::string>{std::string(default_address)} : listen_;
}

}  // namespace vedette::app
