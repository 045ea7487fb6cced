#include "collector/scrape/metadata_pool.h"

#include <algorithm>
#include <memory>

#include "absl/hash/hash.h"
#include "collector/scrape/heap_bytes.h"

namespace vedette::scrape {

void intrusive_ptr_add_ref(const FamilyText* text) { text->pool->AddUser(text); }
void intrusive_ptr_release(const FamilyText* text) { text->pool->RemoveUser(text); }

MetadataPool::~MetadataPool() {
  const base::MutexLock lock(mutex_);
  for (const FamilyText* text : texts_) delete text;
}

size_t MetadataPool::HashOf(const Key& key) {
  return absl::HashOf(*key.family, key.metadata->type, key.metadata->help, key.metadata->unit);
}

uint64_t MetadataPool::BytesOf(const FamilyText& text) {
  const model::Metadata& metadata = text.metadata;
  return sizeof(text) + kAllocationBytes + HeapBytes(text.family) + HeapBytes(metadata.type) +
         HeapBytes(metadata.help) + HeapBytes(metadata.unit);
}

FamilyTextPtr MetadataPool::Get(const std::string& family, const model::Metadata& metadata,
                                uint32_t* share) {
  const base::MutexLock lock(mutex_);
  const auto known = texts_.find(Key{&family, &metadata});
  const FamilyText* text = known == texts_.end() ? nullptr : *known;
  if (text == nullptr) {
    auto made = std::make_unique<FamilyText>();
    made->family = family;
    made->metadata = metadata;
    made->pool = this;
    text = *texts_.insert(made.release()).first;
  }
  ++text->users;
  *share = static_cast<uint32_t>(std::min<uint64_t>(BytesOf(*text) / text->users, UINT32_MAX));
  return FamilyTextPtr(text, /*add_ref=*/false);
}

size_t MetadataPool::size() const {
  const base::MutexLock lock(mutex_);
  return texts_.size();
}

void MetadataPool::AddUser(const FamilyText* text) {
  const base::MutexLock lock(mutex_);
  ++text->users;
}

void MetadataPool::RemoveUser(const FamilyText* text) {
  const base::MutexLock lock(mutex_);
  if (--text->users > 0) return;
  texts_.erase(text);
  delete text;
}

}  // namespace vedette::scrape
