#include "collector/logstore/granule_cache.h"

#include <algorithm>
#include <iterator>

namespace vedette::logstore {
namespace {

// Columns of a granule that are kept loaded, together.
constexpr size_t kKeptColumnBytes = 128 << 10;

// What was given so lately is not pushed out by others.
constexpr int64_t kBusyNs = 10'000'000'000;

size_t SizeOf(const CachedGranule& cached) {
  size_t bytes = sizeof cached + 256 + cached.card.Held();  // the map's share and the list's
  if (cached.filter) bytes += cached.filter->capacity();
  if (cached.granule) bytes += cached.granule->Base() + cached.granule->Held();
  return bytes;
}

}  // namespace

void GranuleCache::Remove(Entries::iterator entry, Entries* out) {
  bytes_ -= entry->bytes;
  if (entry->granule.granule) --directories_;
  by_key_.erase(entry->key);
  out->splice(out->begin(), entries_, entry);
}

void GranuleCache::DropDirectory(Entries::iterator entry, Entries* out) {
  out->emplace_front().granule.granule = std::move(entry->granule.granule);
  --directories_;
  bytes_ -= entry->bytes;
  entry->bytes = SizeOf(entry->granule);
  bytes_ += entry->bytes;
}

// A scan of more than there is room for must not push out what it is about to come back to.
void GranuleCache::ShrinkToBudget(int64_t now_mono_ns, Entries* out) {
  const auto is_busy = [&](const Entry& entry) { return now_mono_ns - entry.given_ns < kBusyNs; };
  while (bytes_ > budget_bytes_ && directories_ > 0) {
    const auto has_directory = [](const Entry& entry) { return entry.granule.granule != nullptr; };
    const auto last =
        std::prev(std::find_if(entries_.rbegin(), entries_.rend(), has_directory).base());
    DropDirectory(
        is_busy(*last) ? std::find_if(entries_.begin(), entries_.end(), has_directory) : last, out);
  }
  while (bytes_ > budget_bytes_) {
    Remove(is_busy(entries_.back()) ? entries_.begin() : std::prev(entries_.end()), out);
  }
}

CachedGranule GranuleCache::Take(const std::string& part, size_t block) {
  Entries taken;
  base::MutexLock lock(mutex_);
  const auto known = by_key_.find(Key(part, block));
  if (known == by_key_.end()) return {};
  Remove(known->second, &taken);
  return std::move(taken.front().granule);
}

void GranuleCache::Give(const std::string& part, size_t block, CachedGranule granule,
                        int64_t now_mono_ns) {
  if (granule.granule && granule.granule->Held() > kKeptColumnBytes) granule.granule->Unload();
  const size_t bytes = SizeOf(granule);
  Entries dropped;  // freed after the lock
  base::MutexLock lock(mutex_);
  const auto known = by_key_.find(Key(part, block));
  if (known != by_key_.end()) Remove(known->second, &dropped);
  entries_.push_front({Key(part, block), std::move(granule), bytes, now_mono_ns});
  by_key_.emplace(entries_.front().key, entries_.begin());
  bytes_ += bytes;
  if (entries_.front().granule.granule) ++directories_;
  ShrinkToBudget(now_mono_ns, &dropped);
}

void GranuleCache::DropOlder(int64_t mono_ns) {
  Entries dropped;
  {
    base::MutexLock lock(mutex_);
    while (!entries_.empty() && entries_.back().given_ns < mono_ns) {
      Remove(std::prev(entries_.end()), &dropped);
    }
  }
  if (dropped.empty()) return;
  dropped.clear();
  forms_.Sweep();
}

size_t GranuleCache::bytes() const {
  base::MutexLock lock(mutex_);
  return bytes_;
}

}  // namespace vedette::logstore
