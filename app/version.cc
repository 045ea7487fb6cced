#include "app/version.h"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "app/verbs.h"
#include "base/strings.h"
#include "exporters/node/node_exporter.h"

namespace vedette::app {

std::string VersionText() {
  return base::Concat({"vedette ", kVersion, " (APIs: Prometheus ", kPrometheusVersion, ", Loki ",
                       kLokiVersion, ", Alertmanager ", kAlertmanagerVersion, "; node_exporter ",
                       exporters::node::kUpstreamVersion, ")"});
}

void AddVersion(CLI::App* root, int* exit_code) {
  CLI::App* verb = root->add_subcommand("version", "Print the version");
  verb->callback([exit_code] {
    std::printf("%s\n", VersionText().c_str());
    *exit_code = kExitOk;
  });
}

}  // namespace vedette::app
