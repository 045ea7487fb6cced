#include "collector/scrape/metadata_cache.h"

#include <algorithm>

namespace vedette::scrape {
namespace {

constexpr uint64_t kKeptScrapes = 10;

}  // namespace

void MetadataCache::Set(model::exposition::EntryKind kind, const std::string& family,
                        const std::string& text) {
  using model::exposition::EntryKind;
  const base::MutexLock lock(mutex_);
  Entry& entry = entries_[family];
  entry.seen = scrape_;
  std::string& target = kind == EntryKind::kHelp   ? entry.metadata.help
                        : kind == EntryKind::kType ? entry.metadata.type
                                                   : entry.metadata.unit;
  if (target != text) target = text;
}

void MetadataCache::EndScrape() {
  const base::MutexLock lock(mutex_);
  const uint64_t now = scrape_++;
  absl::erase_if(entries_,
                 [now](const auto& entry) { return entry.second.seen + kKeptScrapes < now; });
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
