#ifndef VEDETTE_COLLECTOR_LOGSTORE_COINCIDENCES_H_
#define VEDETTE_COLLECTOR_LOGSTORE_COINCIDENCES_H_

#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "base/mutex.h"
#include "collector/logstore/granule_scan.h"

namespace vedette::logstore {

// Which granules of two parts have rows of one stream at one time: only such rows may be
// repetitions of each other. Granules never change, so what was found out is kept. Thread-safe.
class Coincidences {
 public:
  explicit Coincidences(GranuleCache* cache) : cache_(cache) {}
  // True also where it cannot be told.
  bool Have(const GranuleRef& a, const GranuleRef& b, int64_t now_mono_ns) VEDETTE_EXCLUDES(mutex_);

 private:
  using Place = std::pair<std::string, size_t>;  // part and block
  bool Look(const GranuleRef& a, const GranuleRef& b, int64_t now_mono_ns);

  GranuleCache* const cache_;
  base::Mutex mutex_;
  absl::flat_hash_map<std::pair<Place, Place>, bool> known_ VEDETTE_GUARDED_BY(mutex_);
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_COINCIDENCES_H_
