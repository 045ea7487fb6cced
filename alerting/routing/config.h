#ifndef VEDETTE_ALERTING_ROUTING_CONFIG_H_
#define VEDETTE_ALERTING_ROUTING_CONFIG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/matcher.h"
#include "model/notification.h"

// alertmanager.yml as plain values.

namespace vedette::routing {

// One node of the routing tree as written; what is not set is inherited.
struct RouteSpec {
  std::string receiver;                  // empty: the parent's
  std::vector<model::Matcher> matchers;  // sorted by name, value, type
  bool continue_matching = false;
  std::optional<std::vector<std::string>> group_by;  // "..." alone: all labels
  std::optional<int64_t> group_wait_ms;
  std::optional<int64_t> group_interval_ms;
  std::optional<int64_t> repeat_interval_ms;
  std::vector<RouteSpec> routes;
};

struct InhibitSpec {
  std::string name;
  std::vector<model::Matcher> source_matchers;
  std::vector<model::Matcher> target_matchers;
  std::vector<std::string> equal;
};

struct Config {
  RouteSpec route;
  std::vector<InhibitSpec> inhibit_rules;
  std::vector<model::Receiver> receivers;
  int64_t resolve_timeout_ms = 300'000;
  std::string original;  // the file's text; holds no secrets of ours, they are in files
  std::vector<std::string>
      warnings;  // what was skipped or is probably a mistake, one sentence each
};

struct ParseOptions {
  // Receivers that we cannot deliver to, and time intervals, are left out with a warning instead of
  // refused by name.
  bool skip_unsupported = false;
};

// Strict: unknown and duplicate keys are errors; all problems are listed, one a line, each with
// FILE:LINE:COL.
base::StatusOr<Config> ParseConfig(std::string_view text, const std::string& file,
                                   const ParseOptions& options = {});

// The routes that work without any configuration: Home Assistant gets critical and warning alerts,
// Nextcloud Talk critical ones. `credentials_dir` is where systemd puts the three secrets
// ("/run/credentials/vedette-collector.service" when empty).
std::string DefaultConfigText(std::string_view credentials_dir);

}  // namespace vedette::routing

#endif  // VEDETTE_ALERTING_ROUTING_CONFIG_H_
