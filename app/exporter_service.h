#ifndef VEDETTE_APP_EXPORTER_SERVICE_H_
#define VEDETTE_APP_EXPORTER_SERVICE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "app/exporters.h"
#include "app/world.h"
#include "base/http/web_config.h"
#include "base/status.h"
#include "exporters/runtime/exporter.h"
#include "exporters/runtime/exporter_server.h"

namespace vedette::app {

// One exporter running on its addresses. Owned by the verb; one thread makes, reloads and stops it.
class ExporterService {
 public:
  // Makes the exporter; Listen serves it.
  static base::StatusOr<std::unique_ptr<ExporterService>> Make(const World& world,
                                                               const ExporterSpec& spec,
                                                               const ExporterFlags& flags);
  ~ExporterService();

  // Binds every address or fails naming the one that could not be bound; may be called again then.
  base::Status Listen(exporters::Handler handler);
  base::Status Listen() { return Listen(exporter_->handler()); }
  // Ends its servers, which takes civetweb up to two seconds; may be called from any one thread.
  void StopListening();
  bool is_listening() const { return server_ != nullptr; }

  // Borrows this object.
  exporters::Handler handler() const { return exporter_->handler(); }
  // The path of its metrics page.
  const std::string& metrics_path() const { return metrics_path_; }
  // Where it listens first; 0 while it does not.
  uint16_t port() const { return server_ == nullptr ? 0 : server_->Ports().front(); }
  bool has_tls() const { return has_tls_; }

  // Reads its files again; a bad one leaves what was in force.
  void Reload();

 private:
  ExporterService(const World& world, const ExporterSpec& spec, const ExporterFlags& flags);
  base::StatusOr<std::shared_ptr<const base::http::WebConfig>> LoadWeb() const;
  base::Status TryReload();

  const World world_;
  const std::string name_;
  const std::vector<std::string> listen_;
  const bool systemd_sockets_;
  const int threads_;
  const std::string web_config_file_;
  std::string metrics_path_;
  bool has_tls_ = false;
  std::unique_ptr<exporters::Exporter> exporter_;
  std::unique_ptr<exporters::ExporterServer> server_;  // last: ends before what it serves
};

}  // namespace vedette::app

#endif  // VEDETTE_APP_EXPORTER_SERVICE_H_
