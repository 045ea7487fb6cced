#ifndef VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_GRANULE_H_
#define VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_GRANULE_H_

#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "collector/logstore/columns/blob.h"
#include "collector/logstore/columns/granule_card.h"
#include "collector/logstore/columns/int_column.h"
#include "collector/logstore/columns/line_form.h"
#include "collector/logstore/columns/row_set.h"
#include "collector/logstore/columns/shapes_column.h"
#include "collector/logstore/columns/trigram_filter.h"
#include "model/labels.h"

namespace vedette::logstore {

inline constexpr size_t kMaxGranuleRows = 65'536;
inline constexpr uint64_t kTargetGranuleBytes = 8ull << 20;  // of lines
inline constexpr uint64_t kMaxGranuleBytes = 64ull << 20;
inline constexpr uint64_t kMaxStreamId = 1ull << 24;

// A line with all that is kept of it. Borrowed.
struct GranuleRow {
  int64_t timestamp_ns = 0;
  uint64_t sequence = 0;
  uint32_t stream = 0;
  bool sourced = false;
  const model::Labels* metadata = nullptr;  // never null
  std::string_view line;
};

// What has to be known of a granule to read it.
struct GranuleMeta {
  uint64_t directory_stored = 0;  // the granule begins with its directory, compressed
  uint64_t directory_bytes = 0;
  uint64_t blobs_stored = 0;  // follow the directory
  uint64_t rows = 0;
  uint64_t line_bytes = 0;
  uint64_t filter_stored = 0;  // behind the blobs
};

// Encodes rows (in reading order, kMaxGranuleRows at most) to columns. One thread; to be reused.
class GranuleWriter {
 public:
  // The stored bytes, valid until the next call; fills `meta`.
  std::string_view Encode(std::span<const GranuleRow> rows, GranuleMeta* meta);

 private:
  BlobWriter out_;
  TrigramFilterBuilder filter_;
  std::string stored_;
};

// Rows of one shape of lines, by their place in it, ascending.
struct ShapePlaces {
  size_t shape = 0;
  std::vector<uint32_t> places;
};

// A granule's columns. Parsed from its directory; columns are loaded from `blobs` when they are
// asked for. One thread.
class Granule {
 public:
  // `directory`: as stored. Borrows `blobs`. DataLoss for what GranuleWriter would not write.
  static base::StatusOr<std::unique_ptr<Granule>> Parse(std::string_view directory,
                                                        const GranuleMeta& meta,
                                                        const BlobSource* blobs);
  size_t rows() const { return rows_; }
  // Where blobs are read from now on.
  void ReadFrom(const BlobSource* blobs) { blobs_ = blobs; }
  // Bytes that loaded columns take; Unload gives them back.
  size_t Held() const;
  void Unload();
  // What it takes without them, about.
  size_t Base() const;

  base::Status LoadTimes() { return times_.Load(*blobs_); }
  // Streams, metadata and arrival.
  base::Status LoadOrigins();
  base::Status LoadLines();
  // The lines of one shape alone. After LoadTimes and LoadOrigins.
  base::Status LoadShape(size_t shape) {
    return lines_->LoadShape(shape, *blobs_, times_.values());
  }
  // The rows of wanted streams, by id, whose line may have one of every list in it: at least those
  // that do. What is loaded is what it takes to know, of most granules next to nothing.
  // Cancelled within one shape when `stop` is requested.
  base::StatusOr<RowSet> Search(const std::vector<bool>& wanted,
                                const std::vector<std::vector<std::string>>& required,
                                const std::stop_token& stop = {});
  // The same of shapes that a card told, by shape.
  base::StatusOr<std::vector<ShapePlaces>> SearchShapes(
      std::span<const ShapeCandidate> candidates, const std::vector<bool>& wanted,
      const std::vector<std::vector<std::string>>& required, const std::stop_token& stop = {});

  // What to know of the granule before it is opened: the streams of its shapes,
  base::Status AddStreams(GranuleCard* card);
  // and what their lines may have in them, which takes a look at all that is text.
  base::Status AddForms(LineForms* forms, GranuleCard* card);

  // Column by column, for those who ask for few. Which row a place of a shape is:
  base::Status LoadIds() { return lines_->LoadIds(*blobs_); }
  base::Status OpenShape(size_t shape) { return lines_->Open(shape); }  // makes its columns
  base::Status LoadSlot(size_t shape, size_t slot);
  // The columns of one shape's lines.
  base::Status LoadShapeAlone(size_t shape);
  base::Status LoadStreams(size_t shape);
  base::Status LoadMetadataOf(size_t shape);
  // Whether any row's metadata has a label of that name; nothing is loaded for it.
  bool MetadataHas(std::string_view name) const;
  // Whether any of the names passes.
  template <typename Passes>
  bool AnyMetadataName(const Passes& passes) const {
    for (const auto& shape : metadata_shapes_) {
      for (const auto& name : shape.names) {
        if (passes(name)) return true;
      }
    }
    return false;
  }
  const ShapesColumn::Shape& shape(size_t shape) const { return lines_->shapes()[shape]; }
  const BlobSource& blobs() const { return *blobs_; }
  // After LoadStreams of the shape.
  uint32_t stream_at(size_t shape, size_t place) const {
    return static_cast<uint32_t>(origin_streams_.values()[OriginAt(shape, place)]);
  }
  // After LoadMetadataOf the shape: an index into metadata_sets().
  size_t metadata_at(size_t shape, size_t place) const {
    return static_cast<size_t>(origin_sets_.values()[OriginAt(shape, place)]);
  }
  std::span<const model::Labels> metadata_sets() const { return sets_; }
  void AppendLineAt(size_t shape, size_t place, std::string* out) const {
    lines_->AppendAt(shape, place, out);
  }

  // After LoadTimes.
  std::span<const int64_t> times() const { return times_.values(); }
  // After LoadOrigins.
  uint32_t stream(size_t row) const;
  const model::Labels& metadata(size_t row) const { return sets_[metadata_set(row)]; }
  size_t metadata_set(size_t row) const;
  // The metadata sets, once; metadata() is not to be used afterwards.
  std::vector<model::Labels> TakeMetadata() { return std::move(sets_); }
  size_t shapes() const { return lines_->shapes().size(); }
  size_t shape_of(size_t row) const { return lines_->shape_of(row); }
  uint64_t sequence(size_t row) const { return sequences_[row]; }
  bool sourced(size_t row) const { return sourced_.values()[row] != 0; }
  // After LoadLines, or LoadShape of its shape.
  void AppendLine(size_t row, std::string* out) const { lines_->Append(row, out); }

 private:
  struct MetadataShape {
    std::vector<std::string> names;
    size_t sets = 0;
    std::vector<std::unique_ptr<StringColumn>> values;
  };
  base::Status ParseMetadata(DirectoryReader* directory);
  base::Status LoadMetadata();
  size_t OriginAt(size_t shape, size_t place) const {
    return static_cast<size_t>(origins_[shape].values()[place]);
  }
  size_t OriginOf(size_t row) const;
  base::StatusOr<RowSet> FindInShape(size_t shape,
                                     const std::vector<std::vector<std::string>>& required,
                                     std::span<const int64_t> times);
  base::StatusOr<LineForm> FormOf(uint32_t shape, std::vector<GranuleCard::Bytes>* bytes);
  base::StatusOr<bool> HasWanted(size_t shape, const std::vector<bool>& wanted);
  base::Status LeaveWanted(size_t shape, const std::vector<bool>& wanted, RowSet* places);
  base::StatusOr<RowSet> PlacesOf(const ShapeCandidate& candidate, const std::vector<bool>& wanted,
                                  const std::vector<std::vector<std::string>>& required);

  std::string directory_;
  const BlobSource* blobs_ = nullptr;
  size_t rows_ = 0;
  IntColumn times_;
  IntColumn sourced_;
  IntColumn arrivals_;
  // Pairs of stream and metadata set.
  IntColumn origin_streams_;
  IntColumn origin_sets_;
  IntColumn set_shapes_;
  std::vector<MetadataShape> metadata_shapes_;
  std::vector<model::Labels> sets_;
  std::unique_ptr<ShapesColumn> lines_;
  std::vector<IntColumn> origins_;  // one a shape of lines
  std::vector<uint64_t> sequences_;
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_GRANULE_H_
