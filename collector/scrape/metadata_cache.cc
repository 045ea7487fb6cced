#include "collector/scrape/metadata_cache.h"

#include <algorithm>
#include <utility>

#include "collector/scrape/heap_bytes.h"

namespace vedette::scrape {
namespace {

constexpr uint32_t kKeptScrapes = 10;

}  // namespace

void MetadataCache::Set(model::exposition::EntryKind kind, const std::string& family,
                        const std::string& text) {
  using model::exposition::EntryKind;
  const base::MutexLock lock(mutex_);
  const auto known = entries_.find(std::string_view(family));
  if (known != entries_.end()) known->seen = scrape_;
  model::Metadata metadata{"unknown", "", ""};
  if (known != entries_.end()) metadata = known->text->metadata;
  std::string& target = kind == EntryKind::kHelp   ? metadata.help
                        : kind == EntryKind::kType ? metadata.type
                                                   : metadata.unit;
  if (known != entries_.end() && target == text) return;
  target = text;
  if (known != entries_.end()) {
    shares_ -= known->share;
    entries_.erase(known);
  }
  uint32_t share = 0;
  FamilyTextPtr shared = pool_->Get(family, metadata, &share);
  entries_.insert(Entry{std::move(shared), scrape_, share});
  shares_ += share;
}

void MetadataCache::Clear() {
  const base::MutexLock lock(mutex_);
  entries_ = {};
  shares_ = 0;
}

uint64_t MetadataCache::bytes() const {
  const base::MutexLock lock(mutex_);
  return TableBytes(entries_) + shares_;
}

void MetadataCache::EndScrape() {
  const base::MutexLock lock(mutex_);
  const uint32_t now = scrape_++;
  uint64_t shares = 0;
  absl::erase_if(entries_, [now, &shares](const Entry& entry) {
    const bool is_gone = entry.seen + kKeptScrapes < now;
    shares += is_gone ? 0 : entry.share;
    return is_gone;
  });
  shares_ = shares;
}

std::vector<std::pair<std::string, model::Metadata>> MetadataCache::Snapshot() const {
  std::vector<std::pair<std::string, model::Metadata>> out;
  {
    const base::MutexLock lock(mutex_);
    out.reserve(entries_.size());
    for (const Entry& entry : entries_) out.emplace_back(entry.text->family, entry.text->metadata);
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return out;
}

}  // namespace vedette::scrape
