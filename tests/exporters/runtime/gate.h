#ifndef VEDETTE_TESTS_EXPORTERS_RUNTIME_GATE_H_
#define VEDETTE_TESTS_EXPORTERS_RUNTIME_GATE_H_

#include <string>

#include "base/mutex.h"
#include "exporters/runtime/collector.h"

namespace vedette::exporters {

// A collector that waits inside Collect until the test lets go, from then on never. Its family is
// begun before it waits and gets its value after.
class Gate final : public Collector {
 public:
  base::Status Collect(const Scrape& scrape, FamilySink* sink) override;
  void CollectWithout(FamilySink* sink) const override;
  void WaitUntilInside();
  void Open();

  std::string shown_without;  // a family that says 0 where a scrape went on; set before any

 private:
  base::Mutex mutex_;
  base::CondVar changed_;
  bool inside_ VEDETTE_GUARDED_BY(mutex_) = false;
  bool open_ VEDETTE_GUARDED_BY(mutex_) = false;
};

}  // namespace vedette::exporters

#endif  // VEDETTE_TESTS_EXPORTERS_RUNTIME_GATE_H_
