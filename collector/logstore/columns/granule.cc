#include "collector/logstore/columns/granule.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "base/codec/compress.h"

namespace vedette::logstore {
namespace {

// Templates that a granule may have: lines beyond are kept whole.
constexpr size_t kMaxTemplates = 2048;
// Lines, their slots' values, and parts of those.
constexpr int kShapesDeep = 3;
constexpr int kDirectoryLevel = 3;

// The streams and metadata sets that lines come with, each pair once.
class OriginTable {
 public:
  size_t IdOf(const GranuleRow& row) {
    const auto [known, first] = known_.try_emplace({row.stream, row.metadata}, 0);
    if (first) known->second = PairOf(row);
    return known->second;
  }
  void Encode(BlobWriter* out) const {
    base::PutVarint(streams_.size(), out->directory());
    IntColumn::Encode(streams_, out);
    IntColumn::Encode(sets_, out);
    EncodeSets(out);
  }

 private:
  size_t PairOf(const GranuleRow& row) {
    const int64_t set = SetOf(*row.metadata);
    const auto [found, fresh] = ids_.try_emplace({row.stream, set}, streams_.size());
    if (fresh) {
      streams_.push_back(row.stream);
      sets_.push_back(set);
    }
    return found->second;
  }

  int64_t SetOf(const model::Labels& metadata) {
    const auto next = static_cast<int64_t>(metadata_.size());
    const auto [found, fresh] = set_ids_.try_emplace(metadata.bytes(), next);
    if (fresh) metadata_.push_back(&metadata);
    return found->second;
  }

  // By their names: sets with the same names are a shape, and each name a column.
  void EncodeSets(BlobWriter* out) const {
    struct Shape {
      std::vector<std::string_view> names;
      std::vector<std::vector<std::string_view>> values;  // by name
    };
    std::vector<Shape> shapes;
    std::vector<int64_t> ids;
    absl::flat_hash_map<std::string, size_t> known;
    for (const model::Labels* const set : metadata_) {
      std::string names;
      for (const model::LabelView& label : *set) base::PutString(label.name, &names);
      const auto [found, fresh] = known.try_emplace(names, shapes.size());
      if (fresh) {
        Shape& shape = shapes.emplace_back();
        for (const model::LabelView& label : *set) shape.names.push_back(label.name);
        shape.values.resize(shape.names.size());
      }
      Shape& shape = shapes[found->second];
      size_t name = 0;
      for (const model::LabelView& label : *set) shape.values[name++].push_back(label.value);
      ids.push_back(static_cast<int64_t>(found->second));
    }
    std::vector<size_t> sets(shapes.size());
    for (const int64_t id : ids) ++sets[static_cast<size_t>(id)];
    base::PutVarint(metadata_.size(), out->directory());
    base::PutVarint(shapes.size(), out->directory());
    IntColumn::Encode(ids, out);
    for (size_t i = 0; i < shapes.size(); ++i) {
      base::PutVarint(sets[i], out->directory());
      base::PutVarint(shapes[i].names.size(), out->directory());
      for (size_t name = 0; name < shapes[i].names.size(); ++name) {
        base::PutString(shapes[i].names[name], out->directory());
        EncodeStrings(shapes[i].values[name], {{}, 1, true}, out);
      }
    }
  }

  // Equal sets may be several objects: by object, to hash each once, and by what they are.
  absl::flat_hash_map<std::pair<uint32_t, const model::Labels*>, size_t> known_;
  absl::flat_hash_map<std::pair<uint32_t, int64_t>, size_t> ids_;
  std::vector<int64_t> streams_;
  std::vector<int64_t> sets_;
  absl::flat_hash_map<std::string_view, int64_t> set_ids_;
  std::vector<const model::Labels*> metadata_;
};

// A push brings a stream's lines one behind the other, so that the next of a stream mostly is the
// one after the last.
class ArrivalGuess {
 public:
  explicit ArrivalGuess(size_t streams) : last_(streams, 0) {}
  // What row `stream` is thought to have; then tell what it has.
  uint64_t Next(size_t stream) const { return last_[stream] != 0 ? last_[stream] + 1 : any_ + 1; }
  void Tell(size_t stream, uint64_t sequence) { last_[stream] = any_ = sequence; }

 private:
  std::vector<uint64_t> last_;
  uint64_t any_ = 0;
};

void EncodeArrivals(std::span<const GranuleRow> rows, BlobWriter* out) {
  uint32_t streams = 0;
  for (const GranuleRow& row : rows) streams = std::max(streams, row.stream + 1);
  ArrivalGuess guess(streams);
  std::vector<int64_t> surprises;
  std::vector<int64_t> sourced;
  for (const GranuleRow& row : rows) {
    surprises.push_back(static_cast<int64_t>(row.sequence - guess.Next(row.stream)));
    guess.Tell(row.stream, row.sequence);
    sourced.push_back(row.sourced ? 1 : 0);
  }
  IntColumn::Encode(surprises, out);
  IntColumn::Encode(sourced, out);
}

void EncodeLines(std::span<const GranuleRow> rows, std::span<const int64_t> times,
                 std::span<const int64_t> origins, TrigramFilterBuilder* filter, BlobWriter* out) {
  std::vector<std::string_view> lines;
  lines.reserve(rows.size());
  for (const GranuleRow& row : rows) lines.push_back(row.line);
  ShapedValues shaped;
  ShapeValues(lines, kMaxTemplates, false, &shaped);
  ShapesColumn::Encode(shaped, {times, kShapesDeep, true}, out);
  std::vector<int64_t> own;
  for (const ShapedValues::Shape& shape : shaped.shapes) {
    own.clear();
    for (const uint32_t row : shape.rows) own.push_back(origins[row]);
    IntColumn::Encode(own, out);
    filter->Add(shape);
  }
}

}  // namespace

std::string_view GranuleWriter::Encode(std::span<const GranuleRow> rows, GranuleMeta* meta) {
  out_.Clear();
  std::vector<int64_t> times;
  std::vector<int64_t> origins;
  OriginTable table;
  meta->rows = rows.size();
  meta->line_bytes = 0;
  for (const GranuleRow& row : rows) {
    times.push_back(row.timestamp_ns);
    origins.push_back(static_cast<int64_t>(table.IdOf(row)));
    meta->line_bytes += row.line.size();
  }
  IntColumn::Encode(times, &out_);
  table.Encode(&out_);
  EncodeArrivals(rows, &out_);
  EncodeLines(rows, times, origins, &filter_, &out_);
  stored_ = base::ZstdCompress(*out_.directory(), kDirectoryLevel);
  meta->directory_bytes = out_.directory()->size();
  meta->directory_stored = stored_.size();
  meta->blobs_stored = out_.blobs().size();
  stored_.append(out_.blobs());
  const std::string filter = filter_.Take();
  meta->filter_stored = filter.size();
  stored_.append(filter);
  return stored_;
}

base::StatusOr<std::unique_ptr<Granule>> Granule::Parse(std::string_view directory,
                                                        const GranuleMeta& meta,
                                                        const BlobSource* blobs) {
  if (meta.rows > kMaxGranuleRows || meta.line_bytes > kMaxGranuleBytes ||
      meta.directory_bytes > kMaxGranuleBytes) {
    return base::DataLoss("a granule declares more than allowed");
  }
  auto granule = std::make_unique<Granule>();
  auto raw = base::ZstdDecompress(directory, meta.directory_bytes);
  if (!raw.ok()) return base::DataLoss("a granule's directory does not decompress");
  granule->directory_ = *std::move(raw);
  granule->blobs_ = blobs;
  granule->rows_ = meta.rows;
  DirectoryReader reader{base::ByteReader(granule->directory_), 0, meta.blobs_stored,
                         kMaxGranuleBytes + meta.line_bytes,
                         16 * meta.rows + 2 * meta.line_bytes + 2 * meta.directory_bytes};
  VEDETTE_ASSIGN_OR_RETURN(granule->times_, IntColumn::Parse(&reader, meta.rows));
  VEDETTE_RETURN_IF_ERROR(granule->ParseMetadata(&reader));
  VEDETTE_ASSIGN_OR_RETURN(granule->arrivals_, IntColumn::Parse(&reader, meta.rows));
  VEDETTE_ASSIGN_OR_RETURN(granule->sourced_, IntColumn::Parse(&reader, meta.rows));
  if (reader.bytes.Fixed<uint8_t>() != static_cast<uint8_t>(StringColumn::Form::kShapes)) {
    return base::DataLoss("a granule has no templates");
  }
  VEDETTE_ASSIGN_OR_RETURN(granule->lines_, ShapesColumn::Parse(&reader, meta.rows, 0, true));
  for (const ShapesColumn::Shape& shape : granule->lines_->shapes()) {
    VEDETTE_ASSIGN_OR_RETURN(IntColumn origins, IntColumn::Parse(&reader, shape.rows));
    granule->origins_.push_back(std::move(origins));
  }
  if (!reader.bytes.ok() || !reader.bytes.empty()) {
    return base::DataLoss("a granule's directory is cut short or too long");
  }
  return granule;
}

base::Status Granule::ParseMetadata(DirectoryReader* reader) {
  const uint64_t origins = reader->bytes.Varint();
  if (origins > rows_) return base::DataLoss("a granule has more origins than rows");
  VEDETTE_ASSIGN_OR_RETURN(origin_streams_, IntColumn::Parse(reader, origins));
  VEDETTE_ASSIGN_OR_RETURN(origin_sets_, IntColumn::Parse(reader, origins));
  const uint64_t sets = reader->bytes.Varint();
  const uint64_t shapes = reader->bytes.Varint();
  if (sets > origins || shapes > sets) {
    return base::DataLoss("a granule has more metadata than rows");
  }
  VEDETTE_ASSIGN_OR_RETURN(set_shapes_, IntColumn::Parse(reader, sets));
  for (uint64_t i = 0; i < shapes; ++i) {
    MetadataShape shape;
    shape.sets = reader->bytes.Varint();
    if (shape.sets > sets) return base::DataLoss("a granule has more metadata than rows");
    const uint64_t names = reader->bytes.Varint();
    for (uint64_t name = 0; name < names && reader->bytes.ok(); ++name) {
      shape.names.emplace_back(reader->bytes.String());
      VEDETTE_ASSIGN_OR_RETURN(auto values, ParseStrings(reader, shape.sets));
      shape.values.push_back(std::move(values));
    }
    metadata_shapes_.push_back(std::move(shape));
  }
  return {};
}

base::Status Granule::LoadMetadata() {
  VEDETTE_RETURN_IF_ERROR(set_shapes_.Load(*blobs_));
  for (MetadataShape& shape : metadata_shapes_) {
    for (const auto& values : shape.values) {
      VEDETTE_RETURN_IF_ERROR(values->Load(*blobs_, {}));
    }
  }
  sets_.clear();
  std::vector<size_t> used(metadata_shapes_.size());
  for (const int64_t id : set_shapes_.values()) {
    const auto at = static_cast<uint64_t>(id);
    if (at >= metadata_shapes_.size() || used[at] == metadata_shapes_[at].sets) {
      return base::DataLoss("metadata of a granule is damaged");
    }
    const MetadataShape& shape = metadata_shapes_[at];
    std::vector<std::pair<std::string, std::string>> pairs;
    for (size_t name = 0; name < shape.names.size(); ++name) {
      std::string value;
      shape.values[name]->Append(used[at], &value);
      pairs.emplace_back(shape.names[name], std::move(value));
    }
    ++used[at];
    sets_.push_back(model::Labels::FromPairs(std::move(pairs)));
  }
  return {};
}

base::Status Granule::LoadOrigins() {
  if (sequences_.size() == rows_) return {};
  VEDETTE_RETURN_IF_ERROR(LoadMetadata());
  VEDETTE_RETURN_IF_ERROR(origin_streams_.Load(*blobs_));
  VEDETTE_RETURN_IF_ERROR(origin_sets_.Load(*blobs_));
  VEDETTE_RETURN_IF_ERROR(arrivals_.Load(*blobs_));
  VEDETTE_RETURN_IF_ERROR(sourced_.Load(*blobs_));
  VEDETTE_RETURN_IF_ERROR(lines_->LoadIds(*blobs_));
  for (IntColumn& origins : origins_) {
    VEDETTE_RETURN_IF_ERROR(origins.Load(*blobs_));
    for (const int64_t origin : origins.values()) {
      if (static_cast<uint64_t>(origin) >= origin_streams_.values().size()) {
        return base::DataLoss("a line has an origin that there is none of");
      }
    }
  }
  uint32_t streams = 0;
  for (size_t i = 0; i < origin_streams_.values().size(); ++i) {
    const auto stream = static_cast<uint64_t>(origin_streams_.values()[i]);
    if (stream > kMaxStreamId || static_cast<uint64_t>(origin_sets_.values()[i]) >= sets_.size()) {
      return base::DataLoss("an origin of lines is damaged");
    }
    streams = std::max(streams, static_cast<uint32_t>(stream) + 1);
  }
  ArrivalGuess guess(streams);
  sequences_.clear();
  sequences_.reserve(rows_);
  for (size_t row = 0; row < rows_; ++row) {
    const uint32_t own = stream(row);
    const uint64_t sequence = guess.Next(own) + static_cast<uint64_t>(arrivals_.values()[row]);
    guess.Tell(own, sequence);
    sequences_.push_back(sequence);
  }
  return {};
}

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
  for (size_t shape = 0; shape < lines_->shapes().size(); ++shape) {
    VEDETTE_RETURN_IF_ERROR(LoadStreams(shape));
    std::vector<bool> has(origin_streams_.values().size());
    for (const int64_t origin : origins_[shape].values()) has[static_cast<size_t>(origin)] = true;
    streams.clear();
    for (size_t origin = 0; origin < has.size(); ++origin) {
      if (!has[origin]) continue;
      const auto stream = static_cast<uint64_t>(origin_streams_.values()[origin]);
      if (stream > kMaxStreamId) return base::DataLoss("an origin of lines is damaged");
      streams.push_back(static_cast<uint32_t>(stream));
    }
    std::sort(streams.begin(), streams.end());
    streams.erase(std::unique(streams.begin(), streams.end()), streams.end());
    card->AddShape(streams);
  }
  return {};
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
  GranuleCard card;
  VEDETTE_RETURN_IF_ERROR(AddStreams(&card));
  VEDETTE_ASSIGN_OR_RETURN(const auto candidates, card.Candidates(wanted, nullptr, *blobs_));
  VEDETTE_ASSIGN_OR_RETURN(const auto found, SearchShapes(candidates, wanted, required, stop));
  if (found.empty()) return rows;
  VEDETTE_RETURN_IF_ERROR(lines_->LoadIds(*blobs_));
  for (const ShapePlaces& own : found) {
    const std::vector<uint32_t>& own_rows = lines_->shapes()[own.shape].own_rows;
    for (const uint32_t place : own.places) rows.Add(own_rows[place]);
  }
  return rows;
}

size_t Granule::Held() const {
  size_t held = times_.held() + sourced_.held() + arrivals_.held() + origin_streams_.held() +
                origin_sets_.held() + set_shapes_.held() + lines_->Held() +
                sequences_.capacity() * sizeof(uint64_t);
  for (const IntColumn& origins : origins_) held += origins.held();
  for (const MetadataShape& shape : metadata_shapes_) {
    for (const auto& values : shape.values) held += values->Held();
  }
  for (const model::Labels& set : sets_) held += sizeof set + set.bytes().size();
  return held;
}

void Granule::Unload() {
  for (IntColumn* const column :
       {&times_, &sourced_, &arrivals_, &origin_streams_, &origin_sets_, &set_shapes_}) {
    column->Unload();
  }
  for (IntColumn& origins : origins_) origins.Unload();
  for (MetadataShape& shape : metadata_shapes_) {
    for (const auto& values : shape.values) values->Unload();
  }
  sets_ = {};
  sequences_ = {};
  lines_->Unload();
}

size_t Granule::Base() const {
  return sizeof *this + directory_.size() +
         lines_->shapes().size() * (sizeof(ShapesColumn::Shape) + sizeof(IntColumn));
}

base::Status Granule::LoadSlot(size_t shape, size_t slot) {
  VEDETTE_RETURN_IF_ERROR(OpenShape(shape));
  if (lines_->shapes()[shape].columns[slot]->NeedsTimes()) {
    VEDETTE_RETURN_IF_ERROR(lines_->LoadIds(*blobs_));
    VEDETTE_RETURN_IF_ERROR(times_.Load(*blobs_));
  }
  return lines_->LoadSlot(shape, slot, *blobs_, times_.values());
}

base::Status Granule::LoadShapeAlone(size_t shape) {
  VEDETTE_RETURN_IF_ERROR(OpenShape(shape));
  for (size_t slot = 0; slot < lines_->shapes()[shape].columns.size(); ++slot) {
    VEDETTE_RETURN_IF_ERROR(LoadSlot(shape, slot));
  }
  return {};
}

base::Status Granule::LoadStreams(size_t shape) {
  if (!origins_[shape].values().empty()) return {};
  VEDETTE_RETURN_IF_ERROR(origin_streams_.Load(*blobs_));
  VEDETTE_RETURN_IF_ERROR(origins_[shape].Load(*blobs_));
  for (const int64_t origin : origins_[shape].values()) {
    if (static_cast<uint64_t>(origin) >= origin_streams_.values().size()) {
      origins_[shape].Unload();
      return base::DataLoss("a line has an origin that there is none of");
    }
  }
  return {};
}

bool Granule::MetadataHas(std::string_view name) const {
  return std::any_of(metadata_shapes_.begin(), metadata_shapes_.end(), [&](const auto& shape) {
    return std::find(shape.names.begin(), shape.names.end(), name) != shape.names.end();
  });
}

base::Status Granule::LoadMetadataOf(size_t shape) {
  VEDETTE_RETURN_IF_ERROR(LoadStreams(shape));
  VEDETTE_RETURN_IF_ERROR(origin_sets_.Load(*blobs_));
  if (sets_.empty()) VEDETTE_RETURN_IF_ERROR(LoadMetadata());
  for (const int64_t set : origin_sets_.values()) {
    if (static_cast<uint64_t>(set) >= sets_.size()) {
      return base::DataLoss("an origin of lines is damaged");
    }
  }
  return {};
}

base::Status Granule::LoadLines() {
  VEDETTE_RETURN_IF_ERROR(times_.Load(*blobs_));
  return lines_->Load(*blobs_, times_.values());
}

size_t Granule::OriginOf(size_t row) const {
  return static_cast<size_t>(origins_[lines_->shape_of(row)].values()[lines_->place_of(row)]);
}

uint32_t Granule::stream(size_t row) const {
  return static_cast<uint32_t>(origin_streams_.values()[OriginOf(row)]);
}

size_t Granule::metadata_set(size_t row) const {
  return static_cast<size_t>(origin_sets_.values()[OriginOf(row)]);
}

}  // namespace vedette::logstore
