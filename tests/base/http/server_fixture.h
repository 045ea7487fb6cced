#ifndef VEDETTE_TESTS_BASE_HTTP_SERVER_FIXTURE_H_
#define VEDETTE_TESTS_BASE_HTTP_SERVER_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/http/client.h"
#include "base/http/server.h"
#include "tests/support/capture_logger.h"

namespace vedette::test {

// A server on a free port of 127.0.0.1 with a few routes, and a client for it.
//   GET  /hello                "hello"
//   GET  /big                  5,000 bytes
//   POST /echo                 the body
//   GET  /throws               throws
//   GET  /silent               drops its responder
//   GET  /label/{name}/values  the argument
//   GET  /open                 scope none; POST /push and POST /admin have the scopes they name
class ServerTest : public testing::Test {
 protected:
  ServerTest();
  // Call after changing options_ or router_.
  void Start();
  uint16_t port() const { return server_->Ports().front(); }
  std::string Url(const std::string& target, const std::string& scheme = "http") const;
  base::http::Response Get(const std::string& target);
  // The response's status; 0 when there is none.
  int Status(const std::string& method, const std::string& target,
             const std::string& authorization = "");

  base::SystemClock clock_;
  CaptureLogger logger_;
  base::Telemetry telemetry_;
  base::http::Router router_;
  base::http::Server::Options options_;
  std::unique_ptr<base::http::Server> server_;
  std::unique_ptr<base::http::Client> client_ = base::http::NewClient();
};

}  // namespace vedette::test

#endif  // VEDETTE_TESTS_BASE_HTTP_SERVER_FIXTURE_H_
