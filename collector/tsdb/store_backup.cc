#include <utility>

#include "collector/tsdb/store_impl.h"

namespace vedette::tsdb {

base::StatusOr<CopyReport> Store::Impl::Backup(const std::string& to, base::HardLinker* linker,
                                               bool skip_head) {
  VEDETTE_RETURN_IF_ERROR(CheckReplayed());
  // Held throughout: no part that the manifest names goes meanwhile. Appends and queries go on.
  base::MutexLock lock(maintenance_mutex_);
  if (!skip_head) VEDETTE_RETURN_IF_ERROR(FlushAll());
  auto report = CopyStore(options_.fs, linker, options_.dir, parts_->manifest(), to);
  if (!report.ok()) return base::Annotate(report.status(), "metrics store: backup");
  options_.log->Info("metrics store: backed up",
                     {{"to", to}, {"parts", report->parts}, {"bytes", report->bytes}});
  return report;
}

base::Status Store::Impl::FlushAll() {
  bool waited = false;
  {
    base::MutexLock lock(mutex_);
    waited = frozen_ != nullptr;
  }
  VEDETTE_RETURN_IF_ERROR(FlushLocked());
  // That wrote the head which had waited; the one since is still in memory.
  return waited ? FlushLocked() : base::Status();
}

}  // namespace vedette::tsdb
