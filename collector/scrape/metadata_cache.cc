#include "collector/scrape/metadata_cache.h"

#include <algorithm>

#include "collector/scrape/heap_bytes.h"

namespace vedette::scrape {
namespace {

constexpr uint64_t kKeptScrapes = 10;

}  // namespace

void MetadataCache::Set(model::exposition::EntryKind kind, const std::string& family,
                        const std::string& text) {
  using model::exposition::EntryKind;
  const base::MutexLock lock(mutex_);
  const auto [at, is_new] = entries_.try_emplace(family);
  if (is_new) text_bytes_ += family.size();
  Entry& entry = at->second;
  entry.seen = scrape_;
  std::string& target = kind == EntryKind::kHelp   ? entry.metadata.help
                        : kind == EntryKind::kType ? entry.metadata.type
                                                   : entry.metadata.unit;
  if (target == text) return;
  text_bytes_ += text.size();
  text_bytes_ -= std::min(target.size(), text_bytes_);
  target = text;
}

void MetadataCache::Clear() {
  const base::MutexLock lock(mutex_);
  entries_.clear();
  text_bytes_ = 0;
}

uint64_t MetadataCache::bytes() const {
  const base::MutexLock lock(mutex_);
  return text_bytes_ + entries_.size() * (sizeof(std::string) + sizeof(Entry) + kAllocationBytes);
}

void MetadataCache::EndScrape() {
  const base::MutexLock lock(mutex_);
  const uint64_t now = scrape_++;
  absl::erase_if(entries_,
                 [now](const auto& entry) { return entry.second.seen + kKeptScrapes < now; });
  text_bytes_ = 0;
  for (const auto& [family, entry] : entries_) {
    const model::Metadata& metadata = entry.metadata;
    text_bytes_ +=
        family.size() + metadata.type.size() + metadata.help.size() + metadata.unit.size();
  }
}

std::vector<std::pair<std::string, model::Metadata>> MetadataCache::Snapshot() const {
  std::vector<std::pair<std::string, model::Metadata>> out;
  {
    const base::MutexLock lock(mutex_);
    out.reserve(entries_.size());
    for (const auto& [family, entry] : entries_) out.emplace_back(family, entry.metadata);
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return out;
}

}  // namespace vedette::scrape
