#ifndef VEDETTE_COLLECTOR_SCRAPE_METADATA_CACHE_H_
#define VEDETTE_COLLECTOR_SCRAPE_METADATA_CACHE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "base/strings.h"
#include "model/exposition/parser.h"
#include "model/sample.h"

namespace vedette::scrape {

// HELP, TYPE and UNIT of a target's families. Thread-safe: the scraper writes, the API reads.
class MetadataCache {
 public:
  // Takes what a HELP, TYPE or UNIT line says.
  void Set(model::exposition::EntryKind kind, const std::string& family, const std::string& text)
      VEDETTE_EXCLUDES(mutex_);
  // After a good scrape: forgets families not mentioned in the last ten.
  void EndScrape() VEDETTE_EXCLUDES(mutex_);
  void Clear() VEDETTE_EXCLUDES(mutex_);
  std::vector<std::pair<std::string, model::Metadata>> Snapshot() const VEDETTE_EXCLUDES(mutex_);
  // What it takes in memory.
  uint64_t bytes() const VEDETTE_EXCLUDES(mutex_);

 private:
  struct Entry {
    model::Metadata metadata{"unknown", "", ""};
    uint64_t seen = 0;
  };
  mutable base::Mutex mutex_;
  uint64_t scrape_ VEDETTE_GUARDED_BY(mutex_) = 1;
  base::StringMap<Entry> entries_ VEDETTE_GUARDED_BY(mutex_);
  uint64_t text_bytes_ VEDETTE_GUARDED_BY(mutex_) = 0;  // of names and texts
};

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_METADATA_CACHE_H_
