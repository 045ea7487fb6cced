#include <algorithm>
#include <utility>

#include "collector/logstore/columns/granule.h"

// Which rows of a granule may have a needle, and what its card keeps of it.

namespace vedette::logstore {

base::StatusOr<RowSet> Granule::FindInShape(size_t shape,
                                            const std::vector<std::vector<std::string>>& required,
                                            std::span<const int64_t> times) {
  RowSet all(lines_->shapes()[shape].rows);
  all.AddAll();
  for (const auto& any : required) {
    RowSet places(all.rows());
    for (const std::string& needle : any) {
      if (needle.empty()) places.AddAll();
      if (places.full()) break;
      VEDETTE_RETURN_IF_ERROR(lines_->FindInShape(shape, needle, *blobs_, times, &places));
    }
    all.Intersect(places);
    if (all.empty()) break;
  }
  return all;
}

base::Status Granule::AddStreams(GranuleCard* card) {
  std::vector<uint32_t> streams;
  std::vector<uint32_t> seen_by;  // by origin: the last shape, counted from one, that has it
  for (uint32_t shape = 0; shape < lines_->shapes().size(); ++shape) {
    VEDETTE_RETURN_IF_ERROR(LoadStreams(shape));
    seen_by.resize(origin_streams_.values().size());
    streams.clear();
    for (const int64_t origin : origins_[shape].values()) {
      if (std::exchange(seen_by[static_cast<size_t>(origin)], shape + 1) == shape + 1) continue;
      const auto stream =
          static_cast<uint64_t>(origin_streams_.values()[static_cast<size_t>(origin)]);
      if (stream > kMaxStreamId) return base::DataLoss("an origin of lines is damaged");
      streams.push_back(static_cast<uint32_t>(stream));
    }
    std::sort(streams.begin(), streams.end());
    streams.erase(std::unique(streams.begin(), streams.end()), streams.end());
    card->AddShape(streams);
  }
  return {};
}

// Whether a row of the shape is of a wanted stream.
base::StatusOr<bool> Granule::HasWanted(size_t shape, const std::vector<bool>& wanted) {
  VEDETTE_RETURN_IF_ERROR(LoadStreams(shape));
  for (const int64_t origin : origins_[shape].values()) {
    const auto stream =
        static_cast<uint64_t>(origin_streams_.values()[static_cast<size_t>(origin)]);
    if (stream >= wanted.size()) return base::DataLoss("stream ids of a granule are damaged");
    if (wanted[stream]) return true;
  }
  return false;
}

base::StatusOr<LineForm> Granule::FormOf(uint32_t shape, std::vector<GranuleCard::Bytes>* bytes) {
  VEDETTE_RETURN_IF_ERROR(OpenShape(shape));
  const ShapesColumn::Shape& own = lines_->shapes()[shape];
  LineForm form{std::string(own.text), {}};
  for (uint32_t slot = 0; slot < own.columns.size(); ++slot) {
    StringColumn& column = *own.columns[slot];
    LineForm::Slot& made = form.slots.emplace_back();
    VEDETTE_ASSIGN_OR_RETURN(made.bound, column.Bound(*blobs_));
    const auto searchable = column.Searchable();
    if (!searchable) continue;
    made.search = searchable->style;
    bytes->push_back({shape, slot, searchable->blob});
  }
  form.slots.shrink_to_fit();
  return form;
}

base::Status Granule::AddForms(LineForms* forms, GranuleCard* card) {
  std::vector<LineFormPtr> of_shapes;
  std::vector<GranuleCard::Bytes> bytes;
  size_t fresh_bytes = 0;
  for (uint32_t shape = 0; shape < lines_->shapes().size(); ++shape) {
    VEDETTE_ASSIGN_OR_RETURN(LineForm form, FormOf(shape, &bytes));
    bool fresh = false;
    of_shapes.push_back(forms->Share(std::move(form), &fresh));
    if (fresh) fresh_bytes += of_shapes.back()->Held();
  }
  card->SetForms(std::move(of_shapes), std::move(bytes), fresh_bytes);
  return {};
}

// Leaves the places whose stream is wanted.
base::Status Granule::LeaveWanted(size_t shape, const std::vector<bool>& wanted, RowSet* places) {
  VEDETTE_RETURN_IF_ERROR(LoadStreams(shape));
  RowSet of_wanted(places->rows());
  for (size_t place = 0; place < places->rows(); ++place) {
    const auto stream = static_cast<uint64_t>(origin_streams_.values()[OriginAt(shape, place)]);
    if (stream >= wanted.size()) return base::DataLoss("stream ids of a granule are damaged");
    if (wanted[stream]) of_wanted.Add(place);
  }
  places->Intersect(of_wanted);
  return {};
}

base::StatusOr<RowSet> Granule::PlacesOf(const ShapeCandidate& candidate,
                                         const std::vector<bool>& wanted,
                                         const std::vector<std::vector<std::string>>& required) {
  const size_t shape = candidate.shape;
  VEDETTE_ASSIGN_OR_RETURN(RowSet places, FindInShape(shape, required, {}));
  if (places.empty()) return places;
  if (!candidate.all) VEDETTE_RETURN_IF_ERROR(LeaveWanted(shape, wanted, &places));
  if (required.empty() || !places.full()) return places;
  // Maybe for want of times.
  VEDETTE_RETURN_IF_ERROR(lines_->LoadIds(*blobs_));
  VEDETTE_RETURN_IF_ERROR(times_.Load(*blobs_));
  VEDETTE_ASSIGN_OR_RETURN(const RowSet timed, FindInShape(shape, required, times_.values()));
  places.Intersect(timed);
  return places;
}

base::StatusOr<std::vector<ShapePlaces>> Granule::SearchShapes(
    std::span<const ShapeCandidate> candidates, const std::vector<bool>& wanted,
    const std::vector<std::vector<std::string>>& required, const std::stop_token& stop) {
  std::vector<ShapePlaces> found;
  for (const ShapeCandidate& candidate : candidates) {
    if (stop.stop_requested()) return base::Cancelled("query cancelled");
    VEDETTE_ASSIGN_OR_RETURN(const RowSet places, PlacesOf(candidate, wanted, required));
    if (places.empty()) continue;
    ShapePlaces& own = found.emplace_back();
    own.shape = candidate.shape;
    own.places.reserve(places.size());
    for (size_t place = 0; place < places.rows(); ++place) {
      if (places.Has(place)) own.places.push_back(static_cast<uint32_t>(place));
    }
  }
  return found;
}

base::StatusOr<RowSet> Granule::Search(const std::vector<bool>& wanted,
                                       const std::vector<std::vector<std::string>>& required,
                                       const std::stop_token& stop) {
  RowSet rows(rows_);
  std::vector<ShapeCandidate> candidates;
  for (uint32_t shape = 0; shape < lines_->shapes().size(); ++shape) {
    VEDETTE_ASSIGN_OR_RETURN(const bool has_wanted, HasWanted(shape, wanted));
    if (has_wanted) candidates.push_back({shape, false});
  }
  VEDETTE_ASSIGN_OR_RETURN(const auto found, SearchShapes(candidates, wanted, required, stop));
  if (found.empty()) return rows;
  VEDETTE_RETURN_IF_ERROR(lines_->LoadIds(*blobs_));
  for (const ShapePlaces& own : found) {
    const std::vector<uint32_t>& own_rows = lines_->shapes()[own.shape].own_rows;
    for (const uint32_t place : own.places) rows.Add(own_rows[place]);
  }
  return rows;
}

}  // namespace vedette::logstore
