#include "app/version.h"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "app/verbs.h"
#include "exporters/node/node_exporter.h"

namespace vedette::app {

void AddVersion(CLI::App* root, int* exit_code) {
  CLI::App* verb = root->add_subcommand("version", "Print the version");
  verb->callback([exit_code] {
    std::printf("vedette %s (APIs: Prometheus %s, Loki %s, Alertmanager %s; node_exporter %s)\n",
                kVersion, kPrometheusVersion, kLokiVersion, kAlertmanagerVersion,
                exporters::node::kUpstreamVersion);
    *exit_code = kExitOk;
  });
}

}  // namespace vedette::app
