#include <algorithm>
#include <utility>
#include <vector>

#include "collector/tsdb/exemplar_record.h"
#include "collector/tsdb/store_impl.h"
#include "model/wire_batch.h"

// What a remote write request brings besides samples.

namespace vedette::tsdb {
namespace {

// Exemplars of one log record: it stays far below what the log takes.
constexpr size_t kMaxLogged = 1000;

}  // namespace

base::StatusOr<model::AppendStats> Store::Impl::AppendWire(const model::WireBatch& batch) {
  VEDETTE_ASSIGN_OR_RETURN(model::AppendStats stats, Append(batch));
  VEDETTE_RETURN_IF_ERROR(AppendExemplars(batch, &stats));
  return stats;
}

base::Status Store::Impl::AppendExemplars(const model::WireBatch& batch,
                                          model::AppendStats* stats) {
  if (batch.exemplar_count() == 0) return {};
  base::MutexLock lock(mutex_);
  std::vector<LoggedExemplar> added;
  for (size_t i = 0; i < batch.size(); ++i) {
    if (batch.exemplar_count(i) == 0) continue;
    const base::StatusOr<model::Labels> series = batch.LabelsOf(i);
    for (size_t k = 0; k < batch.exemplar_count(i); ++k) {
      base::StatusOr<model::Exemplar> exemplar = batch.ExemplarOf(i, k);
      const bool taken =
          series.ok() && exemplar.ok() && TakeExemplar(*series, *std::move(exemplar), &added);
      ++(taken ? stats->exemplars : stats->exemplars_dropped);
    }
  }
  return LogExemplars(added, wal());
}

bool Store::Impl::TakeExemplar(const model::Labels& series, model::Exemplar exemplar,
                               std::vector<LoggedExemplar>* added) {
  if (exemplar.time_ms > options_.clock->WallMillis() + kMaxAheadMs) return false;
  switch (exemplars_->Add(series, exemplar)) {
    case ExemplarRing::Verdict::kAdded:
      added->push_back({series, std::move(exemplar)});
      return true;
    case ExemplarRing::Verdict::kSame:
      return true;
    case ExemplarRing::Verdict::kOutOfOrder:
      return false;
  }
  return false;
}

base::Status Store::Impl::LogExemplars(std::span<const LoggedExemplar> added, base::Wal* log) {
  for (; !added.empty(); added = added.subspan(std::min(added.size(), kMaxLogged))) {
    const std::string record = EncodeExemplars(added.first(std::min(added.size(), kMaxLogged)));
    const base::Status logged = log->Append(kWalExemplars, record).status();
    if (!logged.ok()) return base::Annotate(logged, "metrics store: log of exemplars");
  }
  return {};
}

bool Store::Impl::CarryExemplars(base::Wal* log) {
  if (exemplars_->size() == 0) return true;
  std::vector<LoggedExemplar> all;
  all.reserve(exemplars_->size());
  exemplars_->ForEach([&all](const model::Labels& series, const model::Exemplar& exemplar) {
    all.push_back({series, exemplar});
  });
  base::Status carried = log->Append(kWalCarryMark, kCarryBegins).status();
  if (carried.ok()) carried = LogExemplars(all, log);
  if (carried.ok()) carried = log->Append(kWalCarryMark, kCarryEnds).status();
  if (carried.ok()) return true;
  options_.log->Warn("metrics store: exemplars cannot be written to the log once more",
                     {{"reason", base::Message(carried)}});
  return base::IsNoSpace(carried);
}

base::Status Store::Impl::ReplayExemplars(base::WalPosition position, std::string_view payload) {
  const base::StatusOr<std::vector<LoggedExemplar>> logged = DecodeExemplars(payload);
  if (!logged.ok()) return ReportDamage(base::Annotate(logged.status(), wal_dir_));
  base::MutexLock lock(mutex_);
  exemplars_from_ = std::min(exemplars_from_, position.segment);
  for (const LoggedExemplar& one : *logged) {
    exemplars_->Add(one.series, one.exemplar);
    if (carried_ != nullptr) carried_->Add(one.series, one.exemplar);
  }
  return {};
}

// What is between the marks is all there was. Segments before them may be there whole, in part or
// not at all: of a series whose newer exemplars are left the older ones would come too late.
base::Status Store::Impl::ReplayCarryMark(std::string_view payload) {
  if (payload != kCarryBegins && payload != kCarryEnds) {
    return ReportDamage(base::DataLoss(wal_dir_ + ": impossible mark among exemplars"));
  }
  base::MutexLock lock(mutex_);
  if (payload == kCarryBegins) {
    carried_ = std::make_unique<ExemplarRing>(options_.exemplars);
  } else if (carried_ != nullptr) {
    exemplars_ = std::move(carried_);
  }
  return {};
}

std::vector<SeriesExemplars> Store::Impl::Exemplars(
    const std::vector<std::vector<model::Matcher>>& selectors, int64_t min_ms, int64_t max_ms) {
  base::MutexLock lock(mutex_);
  return exemplars_->Select(selectors, min_ms, max_ms);
}

}  // namespace vedette::tsdb
