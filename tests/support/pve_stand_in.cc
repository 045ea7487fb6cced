#include "tests/support/pve_stand_in.h"

#include <algorithm>
#include <cstdlib>

#include "base/strings.h"
#include "tests/support/shared_dir.h"

namespace vedette::test {
namespace {

using base::http::Params;
using base::http::PercentDecode;
using base::http::Pool;
using base::http::Request;
using base::http::Response;
using base::http::Scope;

constexpr char kApi[] = "/api2/json";

// A key and a certificate that names 127.0.0.1, made by the openssl tool.
base::Status MakeCertificate(const std::string& key, const std::string& cert) {
  const std::string command = base::Concat(
      {"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "
       "/CN=pve1 -addext subjectAltName=IP:127.0.0.1 -keyout '",
       key, "' -out '", cert, "' 2>/dev/null"});
  if (std::system(command.c_str()) == 0) return base::Status();
  return base::Unavailable("no openssl tool to make a certificate with");
}

// "/cluster/resources?type=vm" -> "cluster_resources_type_vm.json"
std::string SampleName(const std::string& path) {
  std::string name = path.substr(1);
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '/' || c == '?' || c == '='; }, '_');
  return name + ".json";
}

}  // namespace

base::StatusOr<std::unique_ptr<PveStandIn>> PveStandIn::Start(const std::string& samples) {
  std::unique_ptr<PveStandIn> stand_in(new PveStandIn(samples));
  VEDETTE_RETURN_IF_ERROR(stand_in->Open());
  return stand_in;
}

base::Status PveStandIn::Open() {
  VEDETTE_RETURN_IF_ERROR(MakeCertificate(dir_.Join("key.pem"), ca_file()));
  const auto handler = base::http::Sync([this](const Request& request) { return Handle(request); });
  router_.HandleGetPost("/{rest...}", Pool::kQuery, Scope::kNone, handler);
  auto config = std::make_shared<base::http::WebConfig>();
  config->tls = base::http::WebConfig::Tls{};
  config->tls->cert_file = ca_file();
  config->tls->key_file = dir_.Join("key.pem");
  base::http::Server::Options options;
  options.listen = {"127.0.0.1:0"};
  options.router = &router_;
  options.web_config = std::move(config);
  options.query = {16, 64};
  options.clock = &clock_;
  options.logger = &logger_;
  VEDETTE_ASSIGN_OR_RETURN(server_, base::http::Server::Start(std::move(options)));
  return base::Status();
}

PveStandIn::~PveStandIn() {
  if (server_) server_->Stop();
}

std::string PveStandIn::target() const {
  return "127.0.0.1:" + std::to_string(server_->Ports().front());
}

std::string PveStandIn::ca_file() const { return dir_.Join("cert.pem"); }

void PveStandIn::Answer(const std::string& path, Response response) {
  base::MutexLock lock(mutex_);
  answers_[path] = std::move(response);
}

void PveStandIn::Answer(const std::string& path, std::string json) {
  Answer(path, Response::Json(200, std::move(json)));
}

void PveStandIn::Hang(const std::string& path) {
  base::MutexLock lock(mutex_);
  hanging_.insert(path);
}

void PveStandIn::RevokeTickets() {
  base::MutexLock lock(mutex_);
  tickets_.clear();
}

void PveStandIn::AnswerLogin(Response response) {
  base::MutexLock lock(mutex_);
  login_answer_ = std::move(response);
}

std::map<std::string, int> PveStandIn::Calls() const {
  base::MutexLock lock(mutex_);
  return calls_;
}

int PveStandIn::Logins() const {
  base::MutexLock lock(mutex_);
  return logins_;
}

int PveStandIn::MostAtOnce() const {
  base::MutexLock lock(mutex_);
  return most_;
}

void PveStandIn::Enter() {
  base::MutexLock lock(mutex_);
  most_ = std::max(most_, ++now_);
}

void PveStandIn::Leave() {
  base::MutexLock lock(mutex_);
  --now_;
}

Response PveStandIn::Handle(const Request& request) {
  if (!base::StartsWith(request.target, kApi)) return Response::Text(404, "no such file\n");
  const std::string path = request.target.substr(sizeof kApi - 1);
  if (path == "/access/ticket" && request.method == "POST") return Login(request);
  if (!IsKnown(request)) return Response::Json(401, R"({"data":null})");
  Enter();
  Response response = Reply(path, request);
  Leave();
  return response;
}

Response PveStandIn::Login(const Request& request) {
  const Params form = Params::Parse(request.body);
  base::MutexLock lock(mutex_);
  ++logins_;
  if (login_answer_) return *login_answer_;
  if (form.Get("username") != kUser || form.Get("password") != kPassword) {
    return Response::Json(401, R"({"data":null,"message":"authentication failure\n"})");
  }
  const std::string ticket =
      base::Concat({"PVE:", kUser, ":6A", std::to_string(logins_), "::s+/="});
  tickets_.insert(ticket);
  return Response::Json(200, base::Concat({R"({"data":{"username":")", kUser, R"(","ticket":")",
                                           ticket, R"(","CSRFPreventionToken":"6A:x"}})"}));
}

bool PveStandIn::IsKnown(const Request& request) const {
  const std::string token =
      base::Concat({"PVEAPIToken=", kUser, "!", kTokenName, "=", kTokenValue});
  if (request.headers.Get("Authorization") == token) return true;
  constexpr std::string_view kCookie = "PVEAuthCookie=";
  const std::string_view cookie = request.headers.Get("Cookie");
  if (!base::StartsWith(cookie, kCookie)) return false;
  base::MutexLock lock(mutex_);
  return tickets_.contains(PercentDecode(cookie.substr(kCookie.size())));
}

Response PveStandIn::Reply(const std::string& path, const Request& request) {
  bool hangs = false;
  {
    base::MutexLock lock(mutex_);
    ++calls_[path];
    hangs = hanging_.contains(path);
    const auto given = answers_.find(path);
    if (!hangs && given != answers_.end()) return given->second;
  }
  if (hangs) clock_.SleepFor(std::chrono::minutes(5), request.stop);
  return Recorded(path);
}

Response PveStandIn::Recorded(const std::string& path) const {
  const std::string json = samples_.empty() ? "" : ReadWholeFile(samples_ + "/" + SampleName(path));
  if (!json.empty()) return Response::Json(200, json);
  // As the API answers a path that it does not have: the reason stands in the status line alone.
  return Response::Json(501, R"({"data":null})");
}

}  // namespace vedette::test
