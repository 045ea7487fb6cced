#include "base/http/server.h"

#include <pthread.h>

#include <optional>
#include <thread>
#include <utility>

#include "base/http/listen_address.h"
#include "base/http/server_core.h"
#include "base/http/session.h"
#include "base/http/stream.h"
#include "base/strings.h"

namespace vedette::base::http {
namespace {

// Of the 5 s that Stop may take, how long handlers get to answer.
constexpr std::chrono::milliseconds kStopPatience{4000};

StatusOr<std::shared_ptr<const Security>> MakeSecurity(std::shared_ptr<const WebConfig> config,
                                                       FileSystem* fs) {
  auto security = std::make_shared<Security>();
  const bool open = config == nullptr;
  security->config = open ? std::make_shared<const WebConfig>() : std::move(config);
  if (security->config->tls) {
    VEDETTE_ASSIGN_OR_RETURN(security->tls, NewServerTls(*security->config->tls, fs));
  }
  if (!open) security->authenticator = NewAuthenticator(security->config, fs);
  return security;
}

class ServerImpl final : public Server {
 public:
  explicit ServerImpl(Options options) : core_(std::make_shared<ServerCore>(std::move(options))) {
    if (core_->options.fs == nullptr) core_->own_fs = NewPosixFileSystem();
    core_->fs = core_->own_fs ? core_->own_fs.get() : core_->options.fs;
  }
  ~ServerImpl() override { Stop(); }

  Status Init() {
    VEDETTE_RETURN_IF_ERROR(SetWebConfig(core_->options.web_config));
    for (const std::string& text : core_->options.listen) {
      VEDETTE_ASSIGN_OR_RETURN(const ListenAddress address, ParseListenAddress(text));
      VEDETTE_RETURN_IF_ERROR(Annotate(BindAll(address), text));
    }
    for (const int socket : core_->options.sockets) {
      VEDETTE_ASSIGN_OR_RETURN(auto listener, Listener::Adopt(core_->loop.get(), socket));
      ports_.push_back(listener->port());
      listeners_.push_back(std::move(listener));
    }
    RegisterTelemetry();
    for (const auto& listener : listeners_) {
      listener->Start([this](std::unique_ptr<Socket> socket) { Accept(std::move(socket)); },
                      [this](const std::string& error) {
                        core_->options.logger->Warn("accept failed", {{"error", error}});
                      });
    }
    thread_ = std::thread([this] { core_->loop->Run(); });
    pthread_setname_np(thread_.native_handle(), "http-io");
    return absl::OkStatus();
  }

  std::vector<uint16_t> Ports() const override { return ports_; }

  Status SetWebConfig(std::shared_ptr<const WebConfig> web_config) override {
    VEDETTE_ASSIGN_OR_RETURN(std::shared_ptr<const Security> security,
                             MakeSecurity(std::move(web_config), core_->fs));
    core_->SetSecurity(std::move(security));
    return absl::OkStatus();
  }

  void Stop() override {
    MutexLock lock(stop_mutex_);
    if (thread_.joinable()) {
      core_->loop->Post([this] { BeginStop(); });
      WaitForSessions();
      core_->loop->Post([this] { CloseSessions(); });
    }
    for (ThreadPool* pool : {&core_->ingest, &core_->query, &core_->control}) pool->Stop();
    if (!thread_.joinable()) return;
    core_->loop->Post([this] { core_->loop->Quit(); });
    thread_.join();
  }

 private:
  Status BindAll(const ListenAddress& address) {
    if (!address.host.empty()) {
      VEDETTE_ASSIGN_OR_RETURN(const auto numeric, ResolveHost(address.host));
      if (numeric.empty()) return NotFound("no address");
      VEDETTE_ASSIGN_OR_RETURN(const uint16_t port, Bind({numeric.front(), address.port}));
      ports_.push_back(port);
      return absl::OkStatus();
    }
    VEDETTE_ASSIGN_OR_RETURN(const uint16_t port, Bind({"0.0.0.0", address.port}));
    ports_.push_back(port);
    const StatusOr<uint16_t> v6 = Bind({"::", port});
    // A machine without IPv6 is served on IPv4 alone; a port taken on IPv6 is an error.
    return HasIpv6() ? v6.status() : absl::OkStatus();
  }

  bool HasIpv6() { return Listener::Bind(core_->loop.get(), {"::1", 0}).ok(); }

  StatusOr<uint16_t> Bind(const Endpoint& endpoint) {
    VEDETTE_ASSIGN_OR_RETURN(auto listener, Listener::Bind(core_->loop.get(), endpoint));
    listeners_.push_back(std::move(listener));
    return listeners_.back()->port();
  }

  void RegisterTelemetry() {
    if (core_->options.telemetry == nullptr) return;
    refused_ = core_->options.telemetry->NewCounter(
        "vedette_http_connections_refused_total",
        "Connections closed at once because there were too many.");
  }

  // Loop thread.
  void Accept(std::unique_ptr<Socket> socket) {
    if (core_->sessions.size() >= core_->options.max_connections) {
      if (refused_ != nullptr) refused_->Add();
      return;
    }
    const auto security = core_->CurrentSecurity();
    auto stream = security->tls ? NewTlsServerStream(std::move(socket), security->tls)
                                : NewPlainStream(std::move(socket));
    auto session = std::make_shared<Session>(core_.get(), std::move(stream));
    core_->Add(session);
    session->Start();
  }

  // Loop thread.
  void BeginStop() {
    core_->stopping = true;
    for (const auto& listener : listeners_) listener->Close();
    const auto sessions = core_->sessions;  // a session leaves the set when it ends
    for (const auto& session : sessions) session->BeginStop();
  }
  void CloseSessions() {
    const auto sessions = core_->sessions;
    for (const auto& session : sessions) session->Close();
  }

  void WaitForSessions() {
    const auto deadline = std::chrono::steady_clock::now() + kStopPatience;
    MutexLock lock(core_->mutex);
    while (core_->session_count > 0) {
      const auto left = deadline - std::chrono::steady_clock::now();
      if (left.count() <= 0) return;
      core_->sessions_gone.WaitFor(core_->mutex, left);
    }
  }

  const std::shared_ptr<ServerCore> core_;
  std::vector<std::unique_ptr<Listener>> listeners_;  // loop thread once it runs
  std::vector<uint16_t> ports_;                       // const after Init
  Counter* refused_ = nullptr;                        // const after Init
  Mutex stop_mutex_;
  std::thread thread_;
};

}  // namespace

void ServerCore::Add(const std::shared_ptr<Session>& session) {
  sessions.insert(session);
  MutexLock lock(mutex);
  session_count = sessions.size();
}

void ServerCore::Remove(const std::shared_ptr<Session>& session) {
  sessions.erase(session);
  MutexLock lock(mutex);
  session_count = sessions.size();
  if (session_count == 0) sessions_gone.NotifyAll();
}

void ServerCore::CountAnswer(int status) {
  if (options.telemetry == nullptr) return;
  MutexLock lock(mutex);
  Counter*& counter = answers[status];
  if (counter == nullptr) {
    counter = options.telemetry->NewCounter("vedette_http_requests_total",
                                            "Requests answered, by status code.",
                                            {{"code", std::to_string(status)}});
  }
  counter->Add();
}

StatusOr<std::unique_ptr<Server>> Server::Start(Options options) {
  VEDETTE_CHECK(options.router != nullptr && options.clock != nullptr && options.logger != nullptr);
  auto server = std::make_unique<ServerImpl>(std::move(options));
  VEDETTE_RETURN_IF_ERROR(server->Init());
  return server;
}

}  // namespace vedette::base::http
