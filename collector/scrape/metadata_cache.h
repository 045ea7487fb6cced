#ifndef VEDETTE_COLLECTOR_SCRAPE_METADATA_CACHE_H_
#define VEDETTE_COLLECTOR_SCRAPE_METADATA_CACHE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "base/mutex.h"
#include "collector/scrape/metadata_pool.h"
#include "model/exposition/parser.h"
#include "model/sample.h"

namespace vedette::scrape {

// HELP, TYPE and UNIT of a target's families. Thread-safe: the scraper writes, the API reads.
class MetadataCache {
 public:
  // The texts are the pool's, which outlives it.
  explicit MetadataCache(MetadataPool* pool) : pool_(pool) {}

  // Takes what a HELP, TYPE or UNIT line says.
  void Set(model::exposition::EntryKind kind, const std::string& family, const std::string& text)
      VEDETTE_EXCLUDES(mutex_);
  // After a good scrape: forgets families not mentioned in the last ten.
  void EndScrape() VEDETTE_EXCLUDES(mutex_);
  void Clear() VEDETTE_EXCLUDES(mutex_);
  std::vector<std::pair<std::string, model::Metadata>> Snapshot() const VEDETTE_EXCLUDES(mutex_);
  // What it takes in memory, with its share of texts that other targets have too.
  uint64_t bytes() const VEDETTE_EXCLUDES(mutex_);

 private:
  struct Entry {
    FamilyTextPtr text;
    mutable uint32_t seen = 0;
    uint32_t share = 0;  // of the memory that the text takes, when it came
  };
  static std::string_view FamilyOf(const Entry& entry) { return entry.text->family; }
  static std::string_view FamilyOf(std::string_view family) { return family; }
  struct HashFamily {
    using is_transparent = void;
    size_t operator()(const auto& of) const { return absl::HashOf(FamilyOf(of)); }
  };
  struct SameFamily {
    using is_transparent = void;
    bool operator()(const auto& a, const auto& b) const { return FamilyOf(a) == FamilyOf(b); }
  };

  MetadataPool* const pool_;
  mutable base::Mutex mutex_;
  uint32_t scrape_ VEDETTE_GUARDED_BY(mutex_) = 1;
  absl::flat_hash_set<Entry, HashFamily, SameFamily> entries_ VEDETTE_GUARDED_BY(mutex_);
  uint64_t shares_ VEDETTE_GUARDED_BY(mutex_) = 0;  // of all entries
};

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_METADATA_CACHE_H_
