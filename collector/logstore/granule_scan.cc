#include "collector/logstore/granule_scan.h"

#include <algorithm>
#include <utility>

namespace vedette::logstore {

GranuleScan::GranuleScan(const GranuleRef& ref, GranuleCache* cache, int64_t now_mono_ns)
    : ref_(ref),
      cache_(cache),
      now_mono_ns_(now_mono_ns),
      blobs_(*ref_.file, ref.meta->offset + ref.meta->directory_stored),
      cached_(cache->Take(*ref.part_name, ref.index)) {
  if (cached_.granule) cached_.granule->ReadFrom(&blobs_);
}

GranuleScan::~GranuleScan() {
  if (spoilt_) return;
  if (cached_.granule) cached_.granule->ReadFrom(nullptr);
  cache_->Give(*ref_.part_name, ref_.index, std::move(cached_), now_mono_ns_);
}

base::StatusOr<bool> GranuleScan::MayHave(const Substrings& required) {
  if (required.empty()) return true;
  if (!cached_.filter) {
    VEDETTE_ASSIGN_OR_RETURN(cached_.filter, ReadFilter(*ref_.file, *ref_.meta));
  }
  return MayHaveRequired(*cached_.filter, required);
}

base::Status GranuleScan::Open() {
  if (cached_.granule) return {};
  VEDETTE_ASSIGN_OR_RETURN(cached_.granule, OpenGranule(*ref_.file, *ref_.meta, &blobs_));
  return {};
}

// The directory is read for what the card lacks.
base::Status GranuleScan::FillCard(bool forms) {
  GranuleCard* const card = &cached_.card;
  if (card->has_streams() && (card->has_forms() || !forms)) return {};
  VEDETTE_RETURN_IF_ERROR(Open());
  if (!card->has_streams()) VEDETTE_RETURN_IF_ERROR(granule().AddStreams(card));
  if (!forms || card->has_forms()) return {};
  return granule().AddForms(cache_->forms(), card);
}

base::Status GranuleScan::Select(const RowFilter& filter, LineJudge* judge) {
  VEDETTE_ASSIGN_OR_RETURN(const bool may_have, MayHave(*filter.required));
  if (!may_have) return {};
  const bool judged = !filter.required->empty();
  VEDETTE_RETURN_IF_ERROR(FillCard(judged));
  VEDETTE_ASSIGN_OR_RETURN(
      const auto candidates,
      cached_.card.Candidates(*filter.streams, judged ? judge : nullptr, blobs_));
  if (candidates.empty()) return {};
  VEDETTE_RETURN_IF_ERROR(Open());
  VEDETTE_ASSIGN_OR_RETURN(selected_, granule().SearchShapes(candidates, *filter.streams,
                                                             *filter.required, filter.stop));
  if (filter.WantsTime(meta().min_ns) && filter.WantsTime(meta().max_ns)) return {};
  return LeaveInRange(filter);
}

base::Status GranuleScan::LeaveInRange(const RowFilter& filter) {
  if (selected_.empty()) return {};
  VEDETTE_RETURN_IF_ERROR(granule().LoadIds());
  VEDETTE_RETURN_IF_ERROR(granule().LoadTimes());
  const std::span<const int64_t> times = granule().times();
  for (ShapePlaces& own : selected_) {
    const std::vector<uint32_t>& rows = granule().shape(own.shape).own_rows;
    std::erase_if(own.places,
                  [&](uint32_t place) { return !filter.WantsTime(times[rows[place]]); });
  }
  std::erase_if(selected_, [](const ShapePlaces& own) { return own.places.empty(); });
  return {};
}

}  // namespace vedette::logstore
