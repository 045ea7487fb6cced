#include "tests/exporters/runtime/gate.h"

namespace vedette::exporters {

base::Status Gate::Collect(const Scrape&, FamilySink* sink) {
  FamilyRef family = sink->Gauge("gate", "A gate that was passed.");
  base::MutexLock lock(mutex_);
  inside_ = true;
  changed_.NotifyAll();
  while (!open_) changed_.Wait(mutex_);
  family.Add(1);
  return base::Status();
}

void Gate::CollectWithout(FamilySink* sink) const {
  if (!shown_without.empty()) sink->Gauge(shown_without, "Whether it answered.").Add(0);
}

void Gate::WaitUntilInside() {
  base::MutexLock lock(mutex_);
  while (!inside_) changed_.Wait(mutex_);
}

void Gate::Open() {
  base::MutexLock lock(mutex_);
  open_ = true;
  changed_.NotifyAll();
}

}  // namespace vedette::exporters
