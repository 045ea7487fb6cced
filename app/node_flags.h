#ifndef VEDETTE_APP_NODE_FLAGS_H_
#define VEDETTE_APP_NODE_FLAGS_H_

#include <memory>
#include <string>
#include <vector>

#include "app/world.h"
#include "base/http/web_config.h"
#include "base/status.h"
#include "exporters/node/node_exporter.h"
#include "exporters/runtime/exporter_server.h"

namespace CLI {
class App;
}

namespace vedette::app {

// The node exporter on the command line: its own flags under upstream's names and those of its web
// server. Outlives the parsing.
class NodeFlags {
 public:
  explicit NodeFlags(CLI::App* verb);

  const exporters::node::NodeOptions& node() const { return node_; }
  const std::string& web_config_file() const { return web_config_file_; }
  const std::string& telemetry_path() const { return telemetry_path_; }
  std::vector<std::string> Listen() const;

 private:
  exporters::node::NodeOptions node_;
  std::vector<std::string> listen_;
  std::string web_config_file_;
  std::string telemetry_path_ = "/metrics";
};

// The node exporter running. Owned by the verb; one thread makes, reloads and stops it.
class NodeService {
 public:
  static base::StatusOr<std::unique_ptr<NodeService>> Start(const World& world,
                                                            const NodeFlags& flags);
  ~NodeService();

  // Reads the web configuration file again; a bad one leaves the old one in force.
  void Reload();

 private:
  NodeService(const World& world, std::string web_config_file);
  base::StatusOr<std::shared_ptr<const base::http::WebConfig>> LoadWeb() const;

  const World world_;
  const std::string web_config_file_;
  std::unique_ptr<exporters::node::NodeExporter> exporter_;
  std::unique_ptr<exporters::ExporterServer> server_;  // last: ends before what it serves
};

}  // namespace vedette::app

#endif  // VEDETTE_APP_NODE_FLAGS_H_
