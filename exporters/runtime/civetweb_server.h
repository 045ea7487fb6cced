#ifndef VEDETTE_EXPORTERS_RUNTIME_CIVETWEB_SERVER_H_
#define VEDETTE_EXPORTERS_RUNTIME_CIVETWEB_SERVER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "base/log.h"
#include "base/status.h"
#include "exporters/runtime/exposer.h"

struct mg_connection;
struct mg_context;

namespace vedette::exporters {

// Plain HTTP on one IPv4 address by civetweb: a connection serves one request, on one of a few
// threads. Answers of 1 KiB and more are compressed when asked. Start binds; the destructor stops
// and joins.
class CivetwebServer {
 public:
  // `address` is "A.B.C.D:PORT"; port 0 takes a free one. A client that sends its request slowly
  // holds one of `threads` for up to two seconds; an idle one costs 15 KiB.
  static base::StatusOr<std::unique_ptr<CivetwebServer>> Start(const std::string& address,
                                                               Handler handler, int threads,
                                                               base::Logger* logger);
  ~CivetwebServer();
  CivetwebServer(const CivetwebServer&) = delete;
  CivetwebServer& operator=(const CivetwebServer&) = delete;

  uint16_t Port() const { return port_; }

 private:
  CivetwebServer(Handler handler, base::Logger* logger)
      : handler_(std::move(handler)), logger_(logger) {}
  base::Status Open(const std::string& address, int threads);
  static int OnRequest(mg_connection* connection);
  static int OnLog(const mg_connection* connection, const char* message);
  void Answer(mg_connection* connection) const;

  const Handler handler_;
  base::Logger* const logger_;
  mg_context* context_ = nullptr;
  uint16_t port_ = 0;
  std::string bind_error_;  // why Open failed, where civetweb logs more than it returns
};

}  // namespace vedette::exporters

#endif  // VEDETTE_EXPORTERS_RUNTIME_CIVETWEB_SERVER_H_
