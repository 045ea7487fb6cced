#ifndef VEDETTE_EXPORTERS_CADDY_OPTIONS_H_
#define VEDETTE_EXPORTERS_CADDY_OPTIONS_H_

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace vedette::exporters::caddy {

// Everything that the flags set. A plain value; flags.h fills it.
struct CaddyOptions {
  // The admin interface: "127.0.0.1:2019", or "unix//run/caddy/admin.sock" as Caddy writes it.
  std::string admin_address = "127.0.0.1:2019";
  std::chrono::milliseconds timeout{3000};  // of one call to it
  bool go_metrics = true;                   // relay go_* and promhttp_* too

  // Files of access logs, "*" and "?" in the last part; beside them those that Caddy's own
  // configuration names.
  std::vector<std::string> access_logs;
  bool access_logs_from_config = true;
  int max_hosts = 50;      // hosts with series of their own; the others share "_other"
  std::string state_file;  // counters and positions across a restart; empty: none

  // Where certificates are: Caddy's data folder; empty: those of the packages and of this user.
  std::string storage;
  // "NAME" or "NAME=ADDRESS:PORT" to take a certificate from by a TLS handshake; the address is
  // numeric, 127.0.0.1:443 by default.
  std::vector<std::string> handshakes;

  // Collectors switched on or off by name; the others are on.
  std::map<std::string, bool, std::less<>> collectors;
};

// What is followed where no access log is named.
extern const char* const kDefaultAccessLogs[2];

}  // namespace vedette::exporters::caddy

#endif  // VEDETTE_EXPORTERS_CADDY_OPTIONS_H_
