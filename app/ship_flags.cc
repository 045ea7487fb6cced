#include "app/ship_flags.h"

#include <CLI/CLI.hpp>
#include <utility>

#include "app/host_name.h"
#include "base/secrets.h"
#include "base/strings.h"

namespace vedette::app {
namespace {

constexpr char kTokenCredential[] = "push-token";

}  // namespace

ShipFlags::ShipFlags(CLI::App* verb) {
  options_.url = "http://127.0.0.1:3100";
  options_.host = HostName();
  options_.state_dir = "/var/lib/vedette-agent";
  verb->add_option("--push.url", options_.url, "The collector that takes the logs")
      ->capture_default_str();
  verb->add_option("--push.token-file", options_.token_file,
                   "File of the bearer token to push with; read at each push");
  verb->add_option("--push.ca-file", options_.tls.ca_file,
                   "Certificate authority of the collector");
  verb->add_option("--agent.state-path", options_.state_dir, "Folder of positions and dead letters")
      ->capture_default_str();
  verb->add_option("--agent.host", options_.host, "The `host` label of this host's streams")
      ->capture_default_str();
  verb->add_option("--journal.directory", options_.journal_directory,
                   "Folder of the journal; this machine's own by default");
  verb->add_flag("--journal,!--no-journal", options_.journal, "Ship the journal");
  verb->add_option("--logs.file", files_,
                   "Caddy log files, wildcards in the last part, repeatable; "
                   "/var/log/caddy-access-*.log by default");
  verb->add_option("--logs.time-zone", time_zone_,
                   "Zone of times written without one: Local or UTC")
      ->capture_default_str();
}

base::StatusOr<shipper::Shipper::Options> ShipFlags::Check(const World& world) const {
  shipper::Shipper::Options options = options_;
  while (base::EndsWith(options.url, "/")) options.url.pop_back();
  if (!base::StartsWith(options.url, "http://") && !base::StartsWith(options.url, "https://")) {
    return base::InvalidArgument(
        base::Concat({"--push.url: found ", base::GoQuote(options.url),
                      "; allowed: http://HOST:PORT or https://HOST:PORT"}));
  }
  if (time_zone_ != "Local" && time_zone_ != "UTC") {
    return base::InvalidArgument(base::Concat(
        {"--logs.time-zone: found ", base::GoQuote(time_zone_), "; allowed: Local, UTC"}));
  }
  options.zone = time_zone_ == "UTC" ? shipper::TimeZone::kUtc : shipper::TimeZone::kLocal;
  if (options.token_file.empty()) {
    options.token_file = base::CredentialPath(world.fs, kTokenCredential);
  }
  if (!files_.empty()) options.file_patterns = files_;
  options.fs = world.fs;
  options.clock = world.clock;
  options.logger = world.logger;
  options.telemetry = world.telemetry;
  return options;
}

}  // namespace vedette::app
