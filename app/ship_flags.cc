#include "app/ship_flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include "app/host_name.h"
#include "base/http/url.h"
#include "base/secrets.h"
#include "base/strings.h"

namespace vedette::app {
namespace {

constexpr char kTokenCredential[] = "push-token";
constexpr std::string_view kPushPath = "/loki/api/v1/push";
constexpr std::string_view kWildcards = "*?[";

base::Status BadUrl(std::string_view found, std::string_view why) {
  return base::InvalidArgument(
      base::Concat({"--push.url: found ", found, ": ", why,
                    "; allowed: http://HOST:PORT or https://HOST:PORT, and a path where a proxy "
                    "puts the collector below one"}));
}

bool IsHost(std::string_view host) {
  return std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_' || c == ':' || c == '%';
  });
}

// The URL without a slash at its end and without the push path, which the sender adds.
base::StatusOr<std::string> CheckPushUrl(const std::string& url) {
  // What stands before an @ may be a password and is not repeated.
  if (url.find('@') != std::string::npos) {
    return BadUrl("a URL with user information",
                  "a command line is no place for a password: --push.basic-auth.username and "
                  "--push.basic-auth.password-file, or --push.token-file");
  }
  const std::string found = base::GoQuote(url);
  const base::StatusOr<base::http::Url> parsed = base::http::ParseUrl(url);
  if (!parsed.ok()) return BadUrl(found, base::Message(parsed.status()));
  if (!IsHost(parsed->host)) return BadUrl(found, "that is no host name");
  if (url.find_first_of("?#") != std::string::npos) {
    return BadUrl(found, "a query or a fragment has no meaning here");
  }
  std::string_view path = parsed->target;
  if (path.find("//") != std::string_view::npos) return BadUrl(found, "an empty part in its path");
  while (base::EndsWith(path, "/")) path.remove_suffix(1);
  if (base::EndsWith(path, kPushPath)) path.remove_suffix(kPushPath.size());
  return base::Concat({parsed->Origin(), path});
}

base::Status NotTogether(std::string_view one, std::string_view other) {
  return base::InvalidArgument(base::Concat({one, ": cannot be had with ", other}));
}

base::Status OnlyTogether(std::string_view one, std::string_view other) {
  return base::InvalidArgument(base::Concat({one, " and ", other, ": only both together"}));
}

base::Status CheckCredentials(const shipper::Shipper::Options& options) {
  if (options.basic_auth_user.empty() != options.basic_auth_password_file.empty()) {
    return OnlyTogether("--push.basic-auth.username", "--push.basic-auth.password-file");
  }
  if (!options.basic_auth_user.empty() && !options.token_file.empty()) {
    return NotTogether("--push.token-file", "--push.basic-auth.username");
  }
  if (options.basic_auth_user.find(':') != std::string::npos) {
    return base::InvalidArgument("--push.basic-auth.username: a user name cannot hold ':'");
  }
  if (options.tls.cert_file.empty() != options.tls.key_file.empty()) {
    return OnlyTogether("--push.cert-file", "--push.key-file");
  }
  const bool tls = base::StartsWith(options.url, "https://");
  if (!tls && (!options.tls.ca_file.empty() || !options.tls.cert_file.empty())) {
    return base::InvalidArgument(
        "--push.ca-file, --push.cert-file: nothing to check or show to an http:// --push.url");
  }
  return {};
}

base::Status CheckPattern(const std::string& pattern) {
  const size_t slash = pattern.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : pattern.substr(0, slash);
  const bool ends = slash == pattern.size() - 1;
  if (!pattern.empty() && !ends && folder.find_first_of(kWildcards) == std::string::npos) return {};
  return base::InvalidArgument(
      base::Concat({"--logs.file: found ", base::GoQuote(pattern),
                    "; allowed: a path of files, wildcards (*, ?, [a-z]) in its last part only"}));
}

}  // namespace

ShipFlags::ShipFlags(CLI::App* verb) {
  options_.url = "http://127.0.0.1:3100";
  options_.host = HostName();
  options_.state_dir = "/var/lib/vedette-agent";
  AddPushFlags(verb);
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

void ShipFlags::AddPushFlags(CLI::App* verb) {
  verb->add_option("--push.url", options_.url, "The collector that takes the logs")
      ->capture_default_str();
  verb->add_option("--push.token-file", options_.token_file,
                   "File of the bearer token to push with; read at each push");
  verb->add_option("--push.basic-auth.username", options_.basic_auth_user,
                   "User to push as, instead of a token");
  verb->add_option("--push.basic-auth.password-file", options_.basic_auth_password_file,
                   "File of that user's password; read at each push");
  verb->add_option("--push.ca-file", options_.tls.ca_file,
                   "Certificate authority of the collector; the system's by default");
  verb->add_option("--push.cert-file", options_.tls.cert_file,
                   "Certificate to show to the collector");
  verb->add_option("--push.key-file", options_.tls.key_file, "Key of that certificate");
}

base::StatusOr<shipper::Shipper::Options> ShipFlags::Check(const World& world) const {
  shipper::Shipper::Options options = options_;
  VEDETTE_ASSIGN_OR_RETURN(options.url, CheckPushUrl(options.url));
  VEDETTE_RETURN_IF_ERROR(CheckCredentials(options));
  for (const std::string& pattern : files_) VEDETTE_RETURN_IF_ERROR(CheckPattern(pattern));
  if (options.host.empty()) return base::InvalidArgument("--agent.host: must not be empty");
  if (time_zone_ != "Local" && time_zone_ != "UTC") {
    return base::InvalidArgument(base::Concat(
        {"--logs.time-zone: found ", base::GoQuote(time_zone_), "; allowed: Local, UTC"}));
  }
  options.zone = time_zone_ == "UTC" ? shipper::TimeZone::kUtc : shipper::TimeZone::kLocal;
  if (options.token_file.empty() && options.basic_auth_user.empty()) {
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
