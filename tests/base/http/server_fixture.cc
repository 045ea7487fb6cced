#include "tests/base/http/server_fixture.h"

#include <stdexcept>

namespace vedette::test {

using base::http::ClientRequest;
using base::http::Pool;
using base::http::Request;
using base::http::Responder;
using base::http::Response;
using base::http::Scope;
using base::http::Sync;

ServerTest::ServerTest() {
  const auto get = [&](const std::string& pattern, Scope scope, base::http::Handler handler) {
    router_.Handle({"GET", pattern, Pool::kQuery, scope, std::move(handler)});
  };
  const auto post = [&](const std::string& pattern, Scope scope) {
    router_.Handle({"POST", pattern, Pool::kIngest, scope, Sync([](const Request& request) {
                      return Response::Text(200, request.body);
                    })});
  };
  get("/hello", Scope::kRead, Sync([](const Request&) { return Response::Text(200, "hello"); }));
  get("/open", Scope::kNone, Sync([](const Request&) { return Response::Text(200, "open"); }));
  get("/who", Scope::kRead,
      Sync([](const Request& request) { return Response::Text(200, request.user); }));
  get("/big", Scope::kRead,
      Sync([](const Request&) { return Response::Text(200, std::string(5000, 'x')); }));
  get("/label/{name}/values", Scope::kRead,
      Sync([](const Request& request) { return Response::Text(200, request.path_args.at(0)); }));
  get("/throws", Scope::kRead,
      [](const Request&, const Responder&) { throw std::runtime_error("on purpose"); });
  get("/silent", Scope::kRead, [](const Request&, const Responder&) {});
  post("/echo", Scope::kRead);
  post("/push", Scope::kPush);
  post("/admin", Scope::kAdmin);
  options_.listen = {"127.0.0.1:0"};
  options_.router = &router_;
  options_.clock = &clock_;
  options_.logger = &logger_;
  options_.telemetry = &telemetry_;
}

void ServerTest::Start() {
  auto server = base::http::Server::Start(options_);
  ASSERT_TRUE(server.ok()) << server.status();
  server_ = std::move(*server);
}

std::string ServerTest::Url(const std::string& target, const std::string& scheme) const {
  return scheme + "://127.0.0.1:" + std::to_string(port()) + target;
}

Response ServerTest::Get(const std::string& target) {
  ClientRequest request;
  request.url = Url(target);
  auto response = client_->Send(request);
  EXPECT_TRUE(response.ok()) << response.status();
  return response.ok() ? *response : Response{};
}

int ServerTest::Status(const std::string& method, const std::string& target,
                       const std::string& authorization) {
  ClientRequest request;
  request.method = method;
  request.url = Url(target);
  if (!authorization.empty()) request.headers.Set("Authorization", authorization);
  const auto response = client_->Send(request);
  return response.ok() ? response->status : 0;
}

}  // namespace vedette::test
