#include "collector/tsdb/store.h"

#include <utility>

#include "collector/tsdb/store_impl.h"

namespace vedette::tsdb {

base::StatusOr<std::unique_ptr<Store>> Store::Open(const Options& options) {
  if (options.dir.empty() || options.fs == nullptr || options.clock == nullptr ||
      options.log == nullptr || options.telemetry == nullptr) {
    return base::InvalidArgument("metrics store: dir, fs, clock, log and telemetry are all needed");
  }
  auto impl = std::make_unique<Impl>(options);
  VEDETTE_RETURN_IF_ERROR(base::Annotate(impl->Open(), "metrics store " + options.dir));
  return std::unique_ptr<Store>(new Store(std::move(impl)));
}

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;

base::StatusOr<model::AppendStats> Store::Append(std::span<const model::LentSample> samples) {
  return impl_->Append(samples);
}

base::StatusOr<model::AppendStats> Store::Append(const model::WireBatch& batch) {
  return impl_->AppendWire(batch);
}

std::vector<SeriesExemplars> Store::Exemplars(
    const std::vector<std::vector<model::Matcher>>& selectors, int64_t min_ms,
    int64_t max_ms) const {
  return impl_->Exemplars(selectors, min_ms, max_ms);
}

void Store::OnDurable(std::function<void(const base::Status&)> done) {
  impl_->OnDurable(std::move(done));
}

ReplayProgress Store::Replay() const { return impl_->Replay(); }

void Store::OnReplayed(std::function<void()> done) { impl_->OnReplayed(std::move(done)); }

base::Status Store::Select(const std::vector<model::Matcher>& matchers, int64_t min_ms,
                           int64_t max_ms, const Visitor& visit) const {
  return impl_->Lend({matchers, min_ms, max_ms, false}, [&visit](const model::SeriesView& series) {
    return visit(model::CopyOf(series));
  });
}

base::Status Store::Lend(const LendRequest& request, const ViewVisitor& visit) const {
  return impl_->Lend(request, visit);
}

base::StatusOr<std::vector<std::string>> Store::LabelNames(const SeriesQuery& query) const {
  return impl_->LabelNames(query);
}

base::StatusOr<std::vector<std::string>> Store::LabelValues(std::string_view name,
                                                            const SeriesQuery& query) const {
  return impl_->LabelValues(name, query);
}

base::StatusOr<std::vector<model::Labels>> Store::Series(const SeriesQuery& query) const {
  return impl_->Series(query);
}

base::Status Store::Delete(const std::vector<model::Matcher>& matchers, int64_t min_ms,
                           int64_t max_ms) {
  return impl_->Delete(matchers, min_ms, max_ms);
}

base::Status Store::CleanTombstones() { return impl_->CleanTombstones(); }

base::Status Store::Import(const ImportDays& days, const ReadDayFn& read_day) {
  return impl_->Import(days, read_day);
}

base::StatusOr<CopyReport> Store::Backup(const std::string& to, base::HardLinker* linker,
                                         bool skip_head) {
  return impl_->Backup(to, linker, skip_head);
}

History Store::History() const { return impl_->History(); }

base::WalPosition Store::LogEnd() const { return impl_->LogEnd(); }
base::WalPosition Store::LogRunBegin() const { return impl_->LogRunBegin(); }
int64_t Store::NewestMs() const { return impl_->NewestMs(); }
std::unique_ptr<model::SampleLogReader> Store::OpenLog(base::WalPosition from) const {
  return impl_->OpenLog(from);
}
void Store::NeedLog(std::optional<uint64_t> segment) { impl_->NeedLog(segment); }

StoreStats Store::Stats() const { return impl_->Stats(); }
base::Status Store::Flush() { return impl_->Flush(); }

base::Status Store::Compact() { return impl_->Compact(); }
base::Status Store::Maintain() { return impl_->Maintain(); }
void Store::Stop() { impl_->Stop(); }

}  // namespace vedette::tsdb
