#ifndef VEDETTE_EXPORTERS_RUNTIME_EXPORTER_SERVER_H_
#define VEDETTE_EXPORTERS_RUNTIME_EXPORTER_SERVER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/http/router.h"
#include "base/http/server.h"
#include "base/http/web_config.h"
#include "base/log.h"
#include "base/mutex.h"
#include "base/status.h"
#include "exporters/runtime/civetweb_server.h"
#include "exporters/runtime/exposer.h"

namespace vedette::exporters {

// An exporter on its listen addresses, with the servers that they need (listen_plan.h). Owned by
// app. Start once; Stop, or the destructor, joins everything within 5 s.
class ExporterServer {
 public:
  struct Options {
    std::vector<std::string> listen{":9100"};
    // Listening TCP sockets made elsewhere, beside `listen`; base/http serves and closes them.
    std::vector<int> sockets;
    // The web configuration file's content; null without one. With one, every address is served by
    // base/http, so that a reload can change users and certificates.
    std::shared_ptr<const base::http::WebConfig> web_config;
    Handler handler;
    // Of civetweb: as many clients that say nothing keep a scraper waiting, for two seconds.
    int threads = 16;
    base::Clock* clock = nullptr;
    base::Logger* logger = nullptr;
    base::FileSystem* fs = nullptr;        // for certificates; null: the machine's
    base::Telemetry* telemetry = nullptr;  // may be null
  };

  // Binds every address or fails naming the one that could not be bound.
  static base::StatusOr<std::unique_ptr<ExporterServer>> Start(Options options);
  ~ExporterServer();
  ExporterServer(const ExporterServer&) = delete;
  ExporterServer& operator=(const ExporterServer&) = delete;

  // One port for each of Options::listen, then for each of its sockets, in that order.
  const std::vector<uint16_t>& Ports() const { return ports_; }
  // Fails, changing nothing, where the exporter was started without a web configuration.
  base::Status SetWebConfig(std::shared_ptr<const base::http::WebConfig> web_config);
  void Stop();

 private:
  ExporterServer() = default;
  base::Status OpenSockets(const Options& options);
  base::Status Open(const Options& options, bool has_ipv6, const std::string& address);
  base::StatusOr<std::vector<uint16_t>> OpenBaseHttp(const Options& options,
                                                     std::vector<std::string> listen,
                                                     std::vector<int> sockets);

  base::http::Router router_;
  std::vector<std::unique_ptr<CivetwebServer>> civetweb_;
  std::vector<std::unique_ptr<base::http::Server>> base_http_;
  std::vector<uint16_t> ports_;
};

}  // namespace vedette::exporters

#endif  // VEDETTE_EXPORTERS_RUNTIME_EXPORTER_SERVER_H_
