#include "alerting/routing/router.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "alerting/routing/router_impl.h"

namespace vedette::routing {
namespace {

// How late a flush may be: groups made by a Post meanwhile are seen within this time.
constexpr int64_t kMaxSleepNanos = 200'000'000;

}  // namespace

Router::Router(const Options& options, std::unique_ptr<Impl> impl)
    : impl_(std::move(impl)), clock_(options.clock) {}

Router::~Router() { Stop(); }

base::StatusOr<std::unique_ptr<Router>> Router::Open(const Options& options, Config config) {
  auto impl = std::make_unique<Impl>(options, std::move(config));
  VEDETTE_RETURN_IF_ERROR(impl->Load());
  return std::unique_ptr<Router>(new Router(options, std::move(impl)));
}

base::Status Router::Post(std::vector<model::Alert> alerts) {
  base::MutexLock lock(mutex_);
  return impl_->Post(std::move(alerts));
}

void Router::SetConfig(Config config) {
  base::MutexLock lock(mutex_);
  impl_->SetConfig(std::move(config));
}

void Router::Start() {
  thread_ = std::jthread([this](std::stop_token stop) { Loop(stop); });
}

void Router::Stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void Router::Loop(std::stop_token stop) {
  while (!stop.stop_requested()) {
    const int64_t wait_ns = RunDue() - clock_->MonotonicNanos();
    const int64_t bounded = std::clamp<int64_t>(wait_ns, 1'000'000, kMaxSleepNanos);
    if (!clock_->SleepFor(std::chrono::nanoseconds(bounded), stop)) return;
  }
}

int64_t Router::RunDue() {
  base::MutexLock lock(mutex_);
  return impl_->RunDue();
}

std::vector<AlertView> Router::Alerts() const {
  base::MutexLock lock(mutex_);
  return impl_->Alerts();
}

std::vector<GroupView> Router::Groups() const {
  base::MutexLock lock(mutex_);
  return impl_->Groups();
}

std::vector<std::string> Router::ReceiverNames() const {
  base::MutexLock lock(mutex_);
  std::vector<std::string> names;
  for (const model::Receiver& receiver : impl_->config().receivers) names.push_back(receiver.name);
  return names;
}

std::string Router::ConfigText() const {
  base::MutexLock lock(mutex_);
  return impl_->config().original;
}

}  // namespace vedette::routing
