#ifndef VEDETTE_APP_COLLECTOR_CONFIG_H_
#define VEDETTE_APP_COLLECTOR_CONFIG_H_

#include <memory>
#include <string>
#include <vector>

#include "alerting/routing/config.h"
#include "alerting/rules/rule_file.h"
#include "app/collector_options.h"
#include "base/fs.h"
#include "base/http/web_config.h"
#include "base/status.h"
#include "collector/remote/config.h"
#include "collector/scrape/config.h"

namespace vedette::app {

// Everything that files say, read and checked whole before any of it is put to work: at start and
// at each reload. A value type.
struct CollectorConfig {
  scrape::Config scrape;
  remote::Config remote;
  std::vector<rules::GroupSpec> rule_groups;
  routing::Config routing;
  std::shared_ptr<const base::http::WebConfig> web;
  std::string text;                   // of the scrape configuration in force, as it is shown
  std::vector<std::string> warnings;  // what --config.skip-unsupported left out, and the like
};

// Reads --config.file, the rule files it names, --alertmanager.config.file and --web.config.file.
// InvalidArgument with every problem, one a line, each naming file, line and field. Without files:
// this host's agent and the collector itself are scraped, the built-in rules and routes apply.
base::StatusOr<CollectorConfig> LoadCollectorConfig(base::FileSystem* fs,
                                                    const CollectorOptions& options);

}  // namespace vedette::app

#endif  // VEDETTE_APP_COLLECTOR_CONFIG_H_
