#include "app/announce_flags.h"

#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>

#include "base/http/listen_address.h"
#include "base/strings.h"

namespace vedette::app {
namespace {

constexpr char kMachineIdFile[] = "/etc/machine-id";
constexpr int64_t kMostIntervalMs = 60 * 60 * 1000;
// Half of the patience that collectors have by default.
constexpr int64_t kPatientMs = 60 * 1000;

base::Status BadAnnounceFlag(std::string_view flag, std::string_view found,
                             std::string_view allowed) {
  return base::InvalidArgument(
      base::Concat({flag, ": found ", base::GoQuote(found), "; allowed: ", allowed}));
}

base::Status AddHostLabel(const std::string& text, model::Announcement* announcement) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos) return BadAnnounceFlag("--agent.label", text, "NAME=VALUE");
  const std::string name = text.substr(0, equals);
  const std::string value = text.substr(equals + 1);
  VEDETTE_RETURN_IF_ERROR(base::Annotate(model::CheckHostLabel(name, value), "--agent.label"));
  for (const auto& [known, unused] : announcement->labels) {
    if (known == name) return BadAnnounceFlag("--agent.label", name, "each name once");
  }
  announcement->labels.emplace_back(name, value);
  std::sort(announcement->labels.begin(), announcement->labels.end());
  if (announcement->labels.size() <= model::Announcement::kMaxLabels) return {};
  return BadAnnounceFlag("--agent.label", text, "16 of them at most");
}

}  // namespace

AnnounceFlags::AnnounceFlags(CLI::App* verb) {
  verb->add_flag("--announce,!--no-announce", enabled_,
                 "Tell the collector at --push.url of this host, so that it is scraped");
  verb->add_flag("--push.metrics", push_metrics_,
                 "Send metrics by remote write: for a host that the collector cannot reach to "
                 "scrape it. The collector needs --web.enable-remote-write-receiver");
  verb->add_option("--announce.address", address_,
                   "Address to be scraped at; the one that the collector sees by default. The "
                   "collector has to allow another one (--agents.allow-address)");
  verb->add_option("--announce.interval", interval_, "How often")->capture_default_str();
  verb->add_option("--agent.label", labels_,
                   "NAME=VALUE, repeatable: a label of this host's targets");
}

base::StatusOr<announcer::Announcer::Options> AnnounceFlags::Check(
    const World& world, const shipper::Shipper::Options& ship) const {
  announcer::Announcer::Options options;
  const std::optional<int64_t> interval = base::ParseDurationMs(interval_);
  if (!interval || *interval <= 0 || *interval > kMostIntervalMs) {
    return BadAnnounceFlag("--announce.interval", interval_, "a duration from 1ms to 1h");
  }
  if (*interval > kPatientMs) {
    world.logger->Warn(
        "--announce.interval: a collector takes a host for silent that it has not "
        "heard for 2 minutes, unless its --agents.silent-after says otherwise",
        {{"interval", interval_}});
  }
  if (!address_.empty() && push_metrics_) {
    return base::InvalidArgument(
        "--announce.address: cannot be had with --push.metrics, which nobody scrapes");
  }
  if (!address_.empty() && !base::http::IpRange::Parse(address_ + "/0").ok()) {
    return BadAnnounceFlag("--announce.address", address_, "an IPv4 or IPv6 address");
  }
  if (!model::IsHostName(ship.host)) {
    return BadAnnounceFlag("--agent.host", ship.host,
                           "1 to 253 letters, digits, '.', '_' and '-', or any with --no-announce");
  }
  for (const std::string& label : labels_) {
    VEDETTE_RETURN_IF_ERROR(AddHostLabel(label, &options.announcement));
  }
  options.interval = std::chrono::milliseconds(*interval);
  options.announcement.host = ship.host;
  options.announcement.address = address_;
  options.announcement.sends = push_metrics_;
  options.url = ship.url;
  options.http = PushClientConfig(ship);
  options.fs = world.fs;
  options.clock = world.clock;
  options.logger = world.logger;
  options.telemetry = world.telemetry;
  return options;
}

base::StatusOr<announcer::Identity> OwnIdentity(const World& world, const std::string& state_dir) {
  const auto machine = world.fs->ReadFile(kMachineIdFile);
  VEDETTE_ASSIGN_OR_RETURN(
      announcer::Identity identity,
      announcer::LoadOrMakeIdentity(world.fs, world.logger, state_dir, machine.value_or("")));
  // Where the umask let the group read: what is in the folder otherwise is no secret.
  const std::string path = base::JoinPath(state_dir, announcer::kIdentityFile);
  if (::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0) {
    return base::FromErrno(errno, base::Concat({"chmod ", path}));
  }
  return identity;
}

base::http::ClientConfig PushClientConfig(const shipper::Shipper::Options& ship) {
  base::http::ClientConfig config;
  config.follow_redirects = false;
  config.tls = ship.tls;
  if (!ship.token_file.empty()) {
    config.authorization = base::http::AuthorizationConfig{"Bearer", {{}, ship.token_file}};
  } else if (!ship.basic_auth_user.empty()) {
    config.basic_auth =
        base::http::BasicAuth{ship.basic_auth_user, "", {{}, ship.basic_auth_password_file}};
  }
  return config;
}

}  // namespace vedette::app
