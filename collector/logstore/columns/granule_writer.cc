#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "base/codec/compress.h"
#include "collector/logstore/columns/arrival_guess.h"
#include "collector/logstore/columns/granule.h"

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

}  // namespace vedette::logstore
