#include "app/logs_elsewhere.h"

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "base/strings.h"
#include "collector/api/api.h"

namespace vedette::app {
namespace {

// Pushes on their way at once, and those that wait for one to end: an engine that is slow holds no
// thread that takes samples.
constexpr size_t kPushes = 4;
constexpr size_t kWaiting = 16;

constexpr std::string_view kLokiQuery = "/loki/api/v1/query";

// Where VictoriaLogs takes what Loki and OpenTelemetry push.
constexpr std::string_view kOtlp = "/otlp/v1/logs";
constexpr std::string_view kVictoriaLoki = "/insert/loki/api/v1/push";
constexpr std::string_view kVictoriaOtlp = "/insert/opentelemetry/v1/logs";

}  // namespace

LogsElsewhere::Engine::Engine(const World& world, const remote::LogsConfig& config)
    : speaks_logql(config.engine == remote::LogsConfig::Engine::kLoki),
      client(config.client, "logs.remote", world.fs, world.clock) {}

LogsElsewhere::LogsElsewhere(const World& world, const remote::LogsConfig& config)
    : world_(world), waiting_("logs-remote", kPushes, kWaiting) {
  SetConfig(config);
}

void LogsElsewhere::SetConfig(const remote::LogsConfig& config) {
  auto engine = std::make_shared<const Engine>(world_, config);
  base::MutexLock lock(mutex_);
  engine_ = std::move(engine);
}

std::shared_ptr<const LogsElsewhere::Engine> LogsElsewhere::engine() const {
  base::MutexLock lock(mutex_);
  return engine_;
}

base::StatusOr<base::http::Response> LogsElsewhere::Push(const base::http::Request& request) const {
  const auto to = engine();
  if (to->speaks_logql) return to->client.PassOn(request);
  base::http::Request renamed = request;
  const size_t params = std::min(request.target.find('?'), request.target.size());
  renamed.target.replace(0, params, request.path == kOtlp ? kVictoriaOtlp : kVictoriaLoki);
  return to->client.PassOn(renamed);
}

base::StatusOr<base::http::Response> LogsElsewhere::Query(
    const base::http::Request& request) const {
  const auto to = engine();
  if (to->speaks_logql) return to->client.PassOn(request);
  return base::http::Response::Text(
      501,
      "not supported: VictoriaLogs keeps the logs and does not speak LogQL: ask it directly\n");
}

base::StatusOr<base::http::Response> LogsElsewhere::Instant(std::string_view query, int64_t time_ms,
                                                            std::stop_token stop) const {
  const auto to = engine();
  if (!to->speaks_logql) return base::InvalidArgument("VictoriaLogs does not speak LogQL");
  return to->client.Instant(query, time_ms, std::move(stop), kLokiQuery);
}

void LogsElsewhere::RegisterRoutes(base::http::Router* router) {
  api::RemoteLogsDeps deps;
  deps.push = [this](const base::http::Request& request) { return Push(request); };
  deps.later = [this](std::function<void()> task) { return waiting_.TrySubmit(std::move(task)); };
  deps.query = [this](const base::http::Request& request) { return Query(request); };
  deps.telemetry = world_.telemetry;
  api::RegisterRemoteLogs(router, deps);
}

}  // namespace vedette::app
