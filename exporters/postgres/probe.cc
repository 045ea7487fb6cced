#include "exporters/postgres/probe.h"

#include <algorithm>

#include "exporters/runtime/page.h"

namespace vedette::exporters::postgres {
namespace {

using base::Concat;

constexpr size_t kMaxTargets = 64;
constexpr int64_t kIdleNanos = 300'000'000'000;

}  // namespace

base::http::Response Probe::Handle(const base::http::Request& request, Scraper::Request order) {
  const std::string_view target = request.query.Get("target");
  if (target.empty()) return base::http::Response::Text(400, "target is required\n");
  std::shared_ptr<Scraper> scraper;
  {
    base::MutexLock lock(mutex_);
    auto found = Find(target, request.query.Get("auth_module"));
    if (!found.ok()) {
      return base::http::Response::Text(400, Concat({base::Message(found.status()), "\n"}));
    }
    scraper = *std::move(found);
  }
  return MetricsPage(request, scraper->Scrape(order));
}

base::StatusOr<std::shared_ptr<Scraper>> Probe::Find(std::string_view target,
                                                     std::string_view module) {
  const int64_t now = options_.clock->MonotonicNanos();
  DropOld(now);
  const std::string key = Concat({module, "\n", target});
  const auto found = std::find_if(targets_.begin(), targets_.end(),
                                  [&key](const Target& one) { return one.key == key; });
  if (found != targets_.end()) {
    found->used_ns = now;
    std::rotate(found, found + 1, targets_.end());
    return targets_.back().scraper;
  }
  VEDETTE_ASSIGN_OR_RETURN(DataSource source, DataSource::ParseTarget(target));
  if (!module.empty()) {
    const auto entry = modules_.find(module);
    if (entry == modules_.end()) {
      return base::InvalidArgument(
          Concat({"auth_module ", base::RepairUtf8(module), " not found"}));
    }
    entry->second.ApplyTo(&source);
  }
  Scraper::Options options{
      options_.loader, options_.clock, options_.logger, options_.resolver, {std::move(source)}};
  targets_.push_back({key, std::make_shared<Scraper>(std::move(options)), now});
  return targets_.back().scraper;
}

// A target that is being probed lives until its probe is done.
void Probe::DropOld(int64_t now_ns) {
  std::erase_if(targets_,
                [now_ns](const Target& one) { return now_ns - one.used_ns > kIdleNanos; });
  if (targets_.size() >= kMaxTargets) targets_.erase(targets_.begin());
}

void Probe::SetModules(base::StringMap<AuthModule> modules) {
  base::MutexLock lock(mutex_);
  modules_ = std::move(modules);
  targets_.clear();
}

}  // namespace vedette::exporters::postgres
