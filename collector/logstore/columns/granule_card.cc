#include "collector/logstore/columns/granule_card.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "collector/logstore/columns/byte_search.h"
#include "collector/logstore/columns/packed_hex.h"

namespace vedette::logstore {
namespace {

bool MayBeIn(std::string_view needle, SearchStyle style, std::string_view bytes) {
  if (style.kind == SearchStyle::Kind::kText) return FindBytes(bytes, needle) != bytes.npos;
  const auto digits = HexNeedle::Of(needle, style.hex);
  return digits && (!digits->IsSearchable() || digits->MayBeIn(bytes));
}

}  // namespace

void GranuleCard::AddShape(const std::vector<uint32_t>& streams) {
  StreamIds set{streams};
  const auto known = std::find(sets_.begin(), sets_.end(), set);
  set_of_shape_.push_back(static_cast<uint32_t>(known - sets_.begin()));
  if (known == sets_.end()) sets_.push_back(std::move(set));
}

void GranuleCard::SetForms(std::vector<LineFormPtr> forms, std::vector<Bytes> bytes,
                           size_t fresh_bytes) {
  forms_ = std::move(forms);
  bytes_ = std::move(bytes);
  bytes_.shrink_to_fit();
  fresh_bytes_ = fresh_bytes;
}

base::StatusOr<GranuleCard::Share> GranuleCard::ShareOf(const StreamIds& set,
                                                        const std::vector<bool>& wanted) {
  bool any = false;
  bool all = true;
  for (const uint32_t stream : set) {
    if (stream >= wanted.size()) return base::DataLoss("stream ids of a granule are damaged");
    (wanted[stream] ? any : all) = wanted[stream];
    if (any && !all) return Share::kSome;
  }
  return any ? Share::kAll : Share::kNone;
}

// Templates are judged first: few are left, of most scans none, and sets of streams are large.
base::StatusOr<std::vector<ShapeCandidate>> GranuleCard::Candidates(const std::vector<bool>& wanted,
                                                                    LineJudge* judge,
                                                                    const BlobSource& blobs) const {
  std::vector<Share> shares(sets_.size(), Share::kNotKnown);
  std::vector<ShapeCandidate> candidates;
  for (uint32_t shape = 0; shape < set_of_shape_.size(); ++shape) {
    Share& share = shares[set_of_shape_[shape]];
    if (share == Share::kNone) continue;
    if (judge != nullptr && has_forms() && judge->Of(forms_[shape]).never) continue;
    if (share == Share::kNotKnown) {
      VEDETTE_ASSIGN_OR_RETURN(share, ShareOf(sets_[set_of_shape_[shape]], wanted));
      if (share == Share::kNone) continue;
    }
    if (judge != nullptr && has_forms()) {
      VEDETTE_ASSIGN_OR_RETURN(const bool may_have, MayHave(shape, judge, blobs));
      if (!may_have) continue;
    }
    candidates.push_back({shape, share == Share::kAll});
  }
  return candidates;
}

base::StatusOr<bool> GranuleCard::MayHave(uint32_t shape, LineJudge* judge,
                                          const BlobSource& blobs) const {
  for (const auto& parts : judge->Of(forms_[shape]).open) {
    VEDETTE_ASSIGN_OR_RETURN(const bool found, IsAnywhere(shape, parts, blobs));
    if (!found) return false;
  }
  return true;
}

base::StatusOr<bool> GranuleCard::IsAnywhere(uint32_t shape,
                                             const std::vector<LineJudge::Part>& parts,
                                             const BlobSource& blobs) const {
  constexpr size_t kMostKept = 4 << 20;
  thread_local std::string buffer;
  if (buffer.capacity() > kMostKept) std::string().swap(buffer);
  for (const LineJudge::Part& part : parts) {
    const auto at = std::pair(shape, part.slot);
    const auto found = std::lower_bound(
        bytes_.begin(), bytes_.end(), at,
        [](const Bytes& own, const auto& place) { return std::pair(own.shape, own.slot) < place; });
    VEDETTE_ASSIGN_OR_RETURN(const std::string_view bytes, found->blob.Read(blobs, &buffer));
    if (MayBeIn(part.needle, forms_[shape]->slots[part.slot].search, bytes)) return true;
  }
  return false;
}

size_t GranuleCard::Held() const {
  size_t held = sizeof *this + set_of_shape_.capacity() * sizeof(uint32_t) +
                forms_.capacity() * sizeof(LineFormPtr) + bytes_.capacity() * sizeof(Bytes) +
                fresh_bytes_;
  for (const StreamIds& set : sets_) held += sizeof set + set.held();
  return held;
}

}  // namespace vedette::logstore
