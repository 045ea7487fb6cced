#include "collector/logstore/coincidences.h"

#include <span>
#include <vector>

namespace vedette::logstore {
namespace {

constexpr size_t kMostKnown = 65'536;
// Pairs of rows of one time that are looked at more closely.
constexpr size_t kMostPairs = 4096;

using RowPairs = std::vector<std::pair<size_t, size_t>>;

// Rows of equal times; false when there are too many. Both ascend.
bool CollectPairs(std::span<const int64_t> a, std::span<const int64_t> b, RowPairs* pairs) {
  size_t k = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    while (k < b.size() && b[k] < a[i]) ++k;
    for (size_t same = k; same < b.size() && b[same] == a[i]; ++same) {
      if (pairs->size() == kMostPairs) return false;
      pairs->emplace_back(i, same);
    }
  }
  return true;
}

}  // namespace

bool Coincidences::Look(const GranuleRef& a, const GranuleRef& b, int64_t now_mono_ns) {
  GranuleScan left(a, cache_, now_mono_ns);
  GranuleScan right(b, cache_, now_mono_ns);
  for (GranuleScan* const scan : {&left, &right}) {
    if (scan->Open().ok() && scan->granule().LoadTimes().ok()) continue;
    scan->Spoil();
    return true;
  }
  RowPairs pairs;
  if (!CollectPairs(left.granule().times(), right.granule().times(), &pairs)) return true;
  if (pairs.empty()) return false;
  for (GranuleScan* const scan : {&left, &right}) {
    if (scan->granule().LoadOrigins().ok()) continue;
    scan->Spoil();
    return true;
  }
  for (const auto& [i, k] : pairs) {
    const uint32_t one = left.granule().stream(i);
    const uint32_t other = right.granule().stream(k);
    if (one >= left.streams() || other >= right.streams()) return true;
    if (left.stream(one) == right.stream(other)) return true;
  }
  return false;
}

bool Coincidences::Have(const GranuleRef& a, const GranuleRef& b, int64_t now_mono_ns) {
  const std::pair<Place, Place> key{{*a.part_name, a.index}, {*b.part_name, b.index}};
  {
    base::MutexLock lock(mutex_);
    const auto known = known_.find(key);
    if (known != known_.end()) return known->second;
  }
  const bool have = Look(a, b, now_mono_ns);
  base::MutexLock lock(mutex_);
  if (known_.size() >= kMostKnown) known_.clear();
  known_.emplace(key, have);
  return have;
}

}  // namespace vedette::logstore
