#include "collector/logstore/refusal_notice.h"

namespace vedette::logstore {

RefusalNotice::RefusalNotice(base::Logger* logger, base::Telemetry* telemetry)
    : logger_(logger),
      refusing_gauge_(telemetry->NewGauge(
          "vedette_logs_refusing",
          "1 while pushes are refused whole: disk full or failing, or memory full.")) {}

uint64_t RefusalNotice::Epoch() const {
  base::MutexLock lock(mutex_);
  return refused_;
}

void RefusalNotice::Refused(const base::Status& why) {
  if (!absl::IsUnavailable(why)) return;
  base::MutexLock lock(mutex_);
  ++refused_;
  if (refusing_) return;
  refusing_ = true;
  refused_before_ = refused_ - 1;
  refusing_gauge_->Set(1);
  logger_->Error("log store refuses pushes", {{"error", base::Message(why)}});
}

void RefusalNotice::Taken(uint64_t epoch) {
  base::MutexLock lock(mutex_);
  if (!refusing_ || epoch != refused_) return;
  refusing_ = false;
  refusing_gauge_->Set(0);
  logger_->Info("log store takes pushes again", {{"refused", refused_ - refused_before_}});
}

}  // namespace vedette::logstore
