#ifndef VEDETTE_COLLECTOR_SCRAPE_METADATA_POOL_H_
#define VEDETTE_COLLECTOR_SCRAPE_METADATA_POOL_H_

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "base/mutex.h"
#include "model/sample.h"

namespace vedette::scrape {

class MetadataPool;

// What a family's HELP, TYPE and UNIT say. Made by a pool, never changed; shared by the targets
// that say the same.
struct FamilyText {
  std::string family;
  model::Metadata metadata;

 private:
  friend class MetadataPool;
  friend void intrusive_ptr_add_ref(const FamilyText* text);
  friend void intrusive_ptr_release(const FamilyText* text);
  MetadataPool* pool = nullptr;
  mutable uint32_t users = 0;  // guarded by the pool's lock
};
void intrusive_ptr_add_ref(const FamilyText* text);
void intrusive_ptr_release(const FamilyText* text);
using FamilyTextPtr = boost::intrusive_ptr<const FamilyText>;

// The texts of all targets' families, each once: a thousand targets of one program say the same.
// Thread-safe; outlives its texts.
class MetadataPool {
 public:
  MetadataPool() = default;
  ~MetadataPool();
  MetadataPool(const MetadataPool&) = delete;
  MetadataPool& operator=(const MetadataPool&) = delete;

  // The text of that family that says this. `share` becomes the memory that it takes, divided by
  // all who have it now.
  FamilyTextPtr Get(const std::string& family, const model::Metadata& metadata, uint32_t* share)
      VEDETTE_EXCLUDES(mutex_);
  size_t size() const VEDETTE_EXCLUDES(mutex_);

 private:
  friend void intrusive_ptr_add_ref(const FamilyText* text);
  friend void intrusive_ptr_release(const FamilyText* text);
  struct Key {
    const std::string* family;
    const model::Metadata* metadata;
  };
  static Key KeyOf(const FamilyText* text) { return {&text->family, &text->metadata}; }
  static Key KeyOf(const Key& key) { return key; }
  struct Hash {
    using is_transparent = void;
    size_t operator()(const auto& of) const { return HashOf(KeyOf(of)); }
  };
  struct Same {
    using is_transparent = void;
    bool operator()(const auto& a, const auto& b) const { return IsSame(KeyOf(a), KeyOf(b)); }
  };
  static size_t HashOf(const Key& key);
  static uint64_t BytesOf(const FamilyText& text);
  static bool IsSame(const Key& a, const Key& b) {
    return *a.family == *b.family && *a.metadata == *b.metadata;
  }
  void AddUser(const FamilyText* text) VEDETTE_EXCLUDES(mutex_);
  void RemoveUser(const FamilyText* text) VEDETTE_EXCLUDES(mutex_);

  mutable base::Mutex mutex_;
  absl::flat_hash_set<const FamilyText*, Hash, Same> texts_ VEDETTE_GUARDED_BY(mutex_);
};

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_METADATA_POOL_H_
