#include "exporters/runtime/collector_set.h"

#include <algorithm>
#include <exception>

#include "exporters/runtime/page.h"

namespace vedette::exporters {

CollectorSet::CollectorSet(Options options)
    : prefix_(std::move(options.prefix)),
      program_(std::move(options.program)),
      clock_(options.clock),
      logger_(options.logger) {
  for (Member& member : options.members) {
    auto slot = std::make_unique<Slot>();
    slot->name = std::move(member.name);
    slot->collector = std::move(member.collector);
    slots_.push_back(std::move(slot));
  }
}

bool CollectorSet::Has(std::string_view name) const {
  return std::any_of(slots_.begin(), slots_.end(),
                     [name](const auto& slot) { return slot->name == name; });
}

std::vector<std::string> CollectorSet::Names() const {
  std::vector<std::string> names;
  for (const auto& slot : slots_) names.push_back(slot->name);
  return names;
}

std::vector<prometheus::MetricFamily> CollectorSet::Collect() const {
  const int64_t timeout = std::chrono::nanoseconds(kDefaultScrapeTimeout).count();
  return CollectNamed(Names(), clock_->MonotonicNanos() + timeout);
}

std::vector<prometheus::MetricFamily> CollectorSet::CollectNamed(
    const std::vector<std::string>& names, int64_t deadline_mono_ns) const {
  const Scrape scrape{clock_, deadline_mono_ns};
  FamilySink sink;
  FamilySink about;
  FamilyRef duration = about.Gauge(prefix_ + "_scrape_collector_duration_seconds",
                                   program_ + ": Duration of a collector scrape.");
  FamilyRef success = about.Gauge(prefix_ + "_scrape_collector_success",
                                  program_ + ": Whether a collector succeeded.");
  for (const auto& slot : slots_) {
    if (std::find(names.begin(), names.end(), slot->name) == names.end()) continue;
    const int64_t begin = clock_->MonotonicNanos();
    const base::Status status = Run(slot.get(), scrape, &sink);
    const int64_t nanos = clock_->MonotonicNanos() - begin;
    duration.Add(static_cast<double>(nanos) / 1e9, {{"collector", slot->name}});
    success.Add(status.ok() ? 1 : 0, {{"collector", slot->name}});
  }
  std::vector<prometheus::MetricFamily> families;
  sink.MoveTo(&families);
  if (!prefix_.empty()) about.MoveTo(&families);
  return families;
}

base::Status CollectorSet::Run(Slot* slot, const Scrape& scrape, FamilySink* sink) const {
  base::MutexLock lock(slot->mutex);
  base::Status status;
  try {
    status = slot->collector->Collect(scrape, sink);
  } catch (const std::exception& e) {  // the standard library's: out of memory
    status = base::Internal(e.what());
  }
  LogChange(slot, status);
  return status;
}

void CollectorSet::LogChange(Slot* slot, const base::Status& status) const {
  const bool failing = !status.ok() && !IsNoData(status);
  if (failing == slot->failing) return;
  slot->failing = failing;
  if (failing) {
    logger_->Warn("collector fails", {{"collector", slot->name}, {"err", base::Message(status)}});
  } else {
    logger_->Info("collector works again", {{"collector", slot->name}});
  }
}

}  // namespace vedette::exporters
