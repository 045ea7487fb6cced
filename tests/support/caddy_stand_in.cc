#include "tests/support/caddy_stand_in.h"

namespace vedette::test {

using base::http::Pool;
using base::http::Request;
using base::http::Response;
using base::http::Scope;

base::StatusOr<std::unique_ptr<CaddyStandIn>> CaddyStandIn::Start() {
  std::unique_ptr<CaddyStandIn> stand_in(new CaddyStandIn());
  stand_in->router_.Handle({"GET", "/{rest...}", Pool::kQuery, Scope::kNone,
                            base::http::Sync([raw = stand_in.get()](const Request& request) {
                              return raw->Handle(request);
                            })});
  base::http::Server::Options options;
  options.listen = {"127.0.0.1:0"};
  options.router = &stand_in->router_;
  options.clock = &stand_in->clock_;
  options.logger = &stand_in->logger_;
  VEDETTE_ASSIGN_OR_RETURN(stand_in->server_, base::http::Server::Start(std::move(options)));
  return stand_in;
}

CaddyStandIn::~CaddyStandIn() {
  if (server_) server_->Stop();
}

std::string CaddyStandIn::address() const {
  return "127.0.0.1:" + std::to_string(server_->Ports().front());
}

void CaddyStandIn::Answer(const std::string& path, Response response) {
  base::MutexLock lock(mutex_);
  answers_[path] = std::move(response);
}

void CaddyStandIn::Answer(const std::string& path, std::string body) {
  Response response;
  response.body = std::move(body);
  Answer(path, std::move(response));
}

void CaddyStandIn::Hang(const std::string& path) {
  base::MutexLock lock(mutex_);
  hanging_.insert(path);
}

std::map<std::string, int> CaddyStandIn::Calls() const {
  base::MutexLock lock(mutex_);
  return calls_;
}

Response CaddyStandIn::Handle(const Request& request) {
  bool hangs = false;
  {
    base::MutexLock lock(mutex_);
    ++calls_[request.path];
    hangs = hanging_.contains(request.path);
    const auto found = answers_.find(request.path);
    if (!hangs && found != answers_.end()) return found->second;
  }
  if (hangs) clock_.SleepFor(std::chrono::minutes(5), request.stop);
  return Response::Text(404, "404 page not found\n");
}

}  // namespace vedette::test
