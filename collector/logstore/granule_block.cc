#include "collector/logstore/granule_block.h"

#include <algorithm>

#include "base/codec/bytes.h"

namespace vedette::logstore {
namespace {

GranuleMeta ColumnsOf(const BlockMeta& meta) {
  return {meta.directory_stored,
          meta.directory_bytes,
          meta.stored_bytes - meta.directory_stored - meta.filter_stored,
          meta.rows,
          meta.raw_bytes,
          meta.filter_stored};
}

// The rows that a filter asks for, and maybe some that miss what it requires of their lines.
base::StatusOr<std::vector<size_t>> SelectRows(Granule* granule, const RowFilter* filter) {
  std::vector<size_t> rows;
  RowSet chosen(granule->rows());
  if (filter == nullptr) {
    chosen.AddAll();
  } else {
    VEDETTE_ASSIGN_OR_RETURN(chosen,
                             granule->Search(*filter->streams, *filter->required, filter->stop));
  }
  if (chosen.empty()) return rows;
  VEDETTE_RETURN_IF_ERROR(granule->LoadTimes());
  for (size_t row = 0; row < granule->rows(); ++row) {
    if (!chosen.Has(row)) continue;
    if (filter == nullptr || filter->WantsTime(granule->times()[row])) rows.push_back(row);
  }
  return rows;
}

base::Status LoadShapesOf(Granule* granule, std::span<const size_t> rows) {
  std::vector<bool> wanted(granule->shapes());
  for (const size_t row : rows) wanted[granule->shape_of(row)] = true;
  for (size_t shape = 0; shape < wanted.size(); ++shape) {
    if (wanted[shape]) VEDETTE_RETURN_IF_ERROR(granule->LoadShape(shape));
  }
  return {};
}

// Puts the lines of `rows` together; those that miss what the filter requires are left out.
std::shared_ptr<const Block> PutTogether(Granule& granule, std::span<const size_t> rows,
                                         std::span<const StreamPtr> streams,
                                         const RowFilter* filter) {
  const bool required = filter != nullptr && !filter->required->empty();
  const bool lines = filter == nullptr || filter->lines || required;
  auto text = std::make_unique<std::string>();
  std::vector<model::Labels> sets = granule.TakeMetadata();
  std::vector<Row> kept;
  std::vector<size_t> ends;
  for (const size_t row : rows) {
    const size_t begin = text->size();
    if (lines) granule.AppendLine(row, text.get());
    if (required && !HasSubstrings(std::string_view(*text).substr(begin), *filter->required)) {
      text->resize(begin);
      continue;
    }
    ends.push_back(text->size());
    kept.push_back({granule.times()[row], granule.sequence(row), streams[granule.stream(row)].get(),
                    &sets[granule.metadata_set(row)], std::string_view(),
                    granule.sourced(row) || !lines});
  }
  size_t begin = 0;
  for (size_t i = 0; i < kept.size(); ++i) {
    kept[i].line = std::string_view(*text).substr(begin, ends[i] - begin);
    begin = ends[i];
  }
  return std::make_shared<Block>(std::move(text), std::move(sets), std::move(kept));
}

// All but the lines.
bool OriginsAre(const Granule& granule, std::span<const Row> rows,
                std::span<const uint32_t> stream_ids) {
  // What each metadata set was found equal to: rows share them.
  std::vector<const model::Labels*> equal(granule.metadata_sets().size());
  for (size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    if (granule.times()[i] != row.timestamp_ns || granule.sequence(i) != row.sequence ||
        granule.sourced(i) != row.sourced || granule.stream(i) != stream_ids[i]) {
      return false;
    }
    const size_t set = granule.metadata_set(i);
    if (equal[set] == row.metadata) continue;
    if (granule.metadata(i) != *row.metadata) return false;
    equal[set] = row.metadata;
  }
  return true;
}

// Rows whose lines a processor's own cache holds.
constexpr size_t kRowsAtOnce = 2048;

void Prefetch(std::string_view line) {
  constexpr size_t kCacheLine = 64;
  constexpr size_t kMost = 16 * kCacheLine;
  for (size_t at = 0; at < std::min(line.size(), kMost); at += kCacheLine) {
    __builtin_prefetch(line.data() + at);
  }
}

// Shape by shape, so that the same columns are at work from row to row, of so many rows at a time.
bool LinesAre(const Granule& granule, std::span<const Row> rows) {
  std::vector<size_t> next(granule.shapes());  // place of each shape
  std::string line;
  size_t compared = 0;
  for (size_t begin = 0; begin < rows.size(); begin += kRowsAtOnce) {
    const size_t end = std::min(begin + kRowsAtOnce, rows.size());
    for (size_t i = begin; i < end; ++i) Prefetch(rows[i].line);
    for (size_t shape = 0; shape < next.size(); ++shape) {
      const std::vector<uint32_t>& own = granule.shape(shape).own_rows;
      for (; next[shape] < own.size() && own[next[shape]] < end; ++next[shape], ++compared) {
        line.clear();
        granule.AppendLineAt(shape, next[shape], &line);
        if (line != rows[own[next[shape]]].line) return false;
      }
    }
  }
  return compared == rows.size();
}

}  // namespace

base::StatusOr<std::string_view> FileBlobs::Read(uint64_t offset, uint64_t bytes,
                                                 std::string* buffer) const {
  buffer->resize(bytes);
  VEDETTE_ASSIGN_OR_RETURN(const size_t read, file_.Read(begin_ + offset, bytes, buffer->data()));
  if (read != bytes) return base::DataLoss("file is cut short");
  return std::string_view(*buffer);
}

base::StatusOr<std::string> ReadFilter(const base::RandomAccessFile& file, const BlockMeta& meta) {
  std::string filter;
  VEDETTE_RETURN_IF_ERROR(
      FileBlobs(file, meta.offset)
          .Read(meta.stored_bytes - meta.filter_stored, meta.filter_stored, &filter)
          .status());
  if (base::Hash64(filter) != meta.filter_hash) filter.clear();
  return filter;
}

bool MayHaveRequired(std::string_view filter, const Substrings& required) {
  return std::all_of(required.begin(), required.end(), [&](const auto& any) {
    return std::any_of(any.begin(), any.end(),
                       [&](const std::string& needle) { return MayHave(filter, needle); });
  });
}

base::StatusOr<std::unique_ptr<Granule>> OpenGranule(const base::RandomAccessFile& file,
                                                     const BlockMeta& meta,
                                                     const BlobSource* blobs) {
  std::string directory;
  VEDETTE_RETURN_IF_ERROR(
      FileBlobs(file, meta.offset).Read(0, meta.directory_stored, &directory).status());
  if (base::Hash64(directory) != meta.hash) {
    return base::DataLoss("checksum of a granule does not match");
  }
  return Granule::Parse(directory, ColumnsOf(meta), blobs);
}

std::string_view EncodeGranule(std::span<const Row> rows, std::span<const uint32_t> stream_ids,
                               GranuleWriter* writer, BlockMeta* meta) {
  std::vector<GranuleRow> granule_rows;
  granule_rows.reserve(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    granule_rows.push_back(
        {row.timestamp_ns, row.sequence, stream_ids[i], row.sourced, row.metadata, row.line});
  }
  GranuleMeta columns;
  const std::string_view stored = writer->Encode(granule_rows, &columns);
  meta->stored_bytes = stored.size();
  meta->raw_bytes = columns.line_bytes;
  meta->rows = rows.size();
  meta->min_ns = rows.empty() ? 0 : rows.front().timestamp_ns;
  meta->max_ns = rows.empty() ? 0 : rows.back().timestamp_ns;
  meta->directory_stored = columns.directory_stored;
  meta->directory_bytes = columns.directory_bytes;
  meta->hash = base::Hash64(stored.substr(0, columns.directory_stored));
  meta->filter_stored = columns.filter_stored;
  meta->filter_hash = base::Hash64(stored.substr(stored.size() - columns.filter_stored));
  meta->stream_ids = StreamIds(DistinctIds(stream_ids));
  return stored;
}

bool GranuleHolds(std::string_view stored, const BlockMeta& meta, std::span<const Row> rows,
                  std::span<const uint32_t> stream_ids) {
  const MemoryBlobs blobs(stored.substr(meta.directory_stored));
  const auto parsed =
      Granule::Parse(stored.substr(0, meta.directory_stored), ColumnsOf(meta), &blobs);
  if (!parsed.ok() || (*parsed)->rows() != rows.size()) return false;
  Granule& granule = **parsed;
  if (!granule.LoadTimes().ok() || !granule.LoadOrigins().ok() || !granule.LoadLines().ok()) {
    return false;
  }
  return OriginsAre(granule, rows, stream_ids) && LinesAre(granule, rows);
}

base::StatusOr<std::shared_ptr<const Block>> ReadGranule(const base::RandomAccessFile& file,
                                                         const BlockMeta& meta,
                                                         std::span<const StreamPtr> streams,
                                                         const RowFilter* filter) {
  if (filter != nullptr && !filter->required->empty()) {
    VEDETTE_ASSIGN_OR_RETURN(const std::string trigrams, ReadFilter(file, meta));
    if (!MayHaveRequired(trigrams, *filter->required)) return std::make_shared<const Block>();
  }
  const FileBlobs blobs(file, meta.offset + meta.directory_stored);
  VEDETTE_ASSIGN_OR_RETURN(const auto granule, OpenGranule(file, meta, &blobs));
  VEDETTE_ASSIGN_OR_RETURN(const std::vector<size_t> rows, SelectRows(granule.get(), filter));
  if (rows.empty()) return std::make_shared<const Block>();
  VEDETTE_RETURN_IF_ERROR(granule->LoadOrigins());
  for (const size_t row : rows) {
    if (granule->stream(row) >= streams.size()) {
      return base::DataLoss("stream ids of a granule are damaged");
    }
  }
  if (filter == nullptr || filter->lines || !filter->required->empty()) {
    VEDETTE_RETURN_IF_ERROR(LoadShapesOf(granule.get(), rows));
  }
  return PutTogether(*granule, rows, streams, filter);
}

}  // namespace vedette::logstore
