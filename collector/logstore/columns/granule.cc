#include "collector/logstore/columns/granule.h"

#include <algorithm>

#include "base/codec/compress.h"
#include "collector/logstore/columns/arrival_guess.h"

namespace vedette::logstore {

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
  for (size_t shape = 0; shape < origins_.size(); ++shape) {
    VEDETTE_RETURN_IF_ERROR(LoadStreams(shape));
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
  std::vector<model::Labels>().swap(sets_);
  std::vector<uint64_t>().swap(sequences_);
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

// The one place that loads them: values that are there have been looked at.
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
