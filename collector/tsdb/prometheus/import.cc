#include "collector/tsdb/prometheus/import.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "collector/tsdb/part_format.h"
#include "collector/tsdb/prometheus/head_chunks.h"
#include "collector/tsdb/prometheus/histogram_chunk.h"
#include "collector/tsdb/prometheus/wal_segment.h"
#include "collector/tsdb/prometheus/xor_chunk.h"

namespace vedette::tsdb::prometheus {
namespace {

constexpr size_t kMaxDamageLines = 100;

uint64_t BytesOf(const std::vector<WalFile>& files) {
  uint64_t bytes = 0;
  for (const WalFile& file : files) bytes += file.bytes;
  return bytes;
}

uint64_t NumberBehind(const std::vector<WalFile>& files, uint64_t before) {
  // The newest segment may have grown by the next import: it is read again then.
  return files.empty() ? before : std::max(before, files.back().number);
}

bool AllIn(const std::vector<std::string>& some, const std::set<std::string>& all) {
  return std::all_of(some.begin(), some.end(),
                     [&all](const std::string& one) { return all.contains(one); });
}

}  // namespace

Import::Import(Options options)
    : options_(std::move(options)),
      state_path_(base::JoinPath(options_.store_dir, kImportStateFile)) {}

void Import::Advance(uint64_t bytes, std::string_view what) {
  done_bytes_ += bytes;
  if (options_.progress) options_.progress(done_bytes_, std::max(done_bytes_, all_bytes_), what);
}

void Import::AddDamage(std::string_view damage) {
  if (report_.damage.size() < kMaxDamageLines) report_.damage.emplace_back(damage);
}

base::Status Import::KeepState() {
  return options_.fs->WriteFileAtomic(state_path_, state_.ToText());
}

base::StatusOr<Import::Found> Import::Look() {
  Found found;
  VEDETTE_ASSIGN_OR_RETURN(const std::vector<std::string> names, options_.fs->List(options_.from));
  for (const std::string& name : names) {
    std::string dir = base::JoinPath(options_.from, name);
    // A block being written or deleted has another name, one without meta.json is not whole.
    if (IsUlid(name) && options_.fs->Exists(base::JoinPath(dir, "meta.json"))) {
      found.blocks.push_back(std::move(dir));
    }
  }
  base::FileSystem* fs = options_.fs;
  VEDETTE_ASSIGN_OR_RETURN(found.wal, WalFiles(fs, base::JoinPath(options_.from, "wal")));
  VEDETTE_ASSIGN_OR_RETURN(found.wbl, WalFiles(fs, base::JoinPath(options_.from, "wbl")));
  VEDETTE_ASSIGN_OR_RETURN(found.head_chunks,
                           WalFiles(fs, base::JoinPath(options_.from, "chunks_head")));
  if (found.blocks.empty() && found.wal.empty()) {
    return base::NotFound(
        base::Concat({options_.from,
                      ": neither blocks nor a log of Prometheus; allowed is its data folder "
                      "(--storage.tsdb.path) or a snapshot"}));
  }
  return found;
}

base::StatusOr<ImportReport> Import::Run() {
  VEDETTE_ASSIGN_OR_RETURN(state_, LoadImportState(options_.fs, state_path_));
  VEDETTE_ASSIGN_OR_RETURN(const Found found, Look());
  for (const std::string& dir : found.blocks) {
    VEDETTE_ASSIGN_OR_RETURN(const std::unique_ptr<Block> block, Block::Open(options_.fs, dir));
    all_bytes_ += block->bytes();
  }
  // The log is read twice: for names, for samples.
  all_bytes_ += 2 * BytesOf(found.wal) + BytesOf(found.wbl) + BytesOf(found.head_chunks);
  for (const std::string& dir : found.blocks) VEDETTE_RETURN_IF_ERROR(TakeBlock(dir));
  VEDETTE_RETURN_IF_ERROR(TakeLogs(found));
  return report_;
}

base::Status Import::TakeBlock(const std::string& dir) {
  VEDETTE_ASSIGN_OR_RETURN(const std::unique_ptr<Block> block, Block::Open(options_.fs, dir));
  const BlockMeta& meta = block->meta();
  if (!meta.out_of_order) blocks_end_ms_ = std::max(blocks_end_ms_, meta.max_ms);
  if (AllIn(meta.sources, state_.blocks)) {
    ++report_.blocks_before;
    Advance(block->bytes(), meta.ulid);
    return {};
  }
  VEDETTE_ASSIGN_OR_RETURN(const auto days, block->Days());
  Block::LeftOut left_out;
  const uint64_t share = block->bytes() / std::max<uint64_t>(days.size(), 1);
  const base::Status taken =
      options_.store->Import(days, [&](int64_t day, const Store::Visitor& add) -> base::Status {
        VEDETTE_RETURN_IF_ERROR(block->ReadDay(
            day,
            [&](model::SeriesSamples series) {
              report_.samples += series.size();
              report_.histograms += series.histograms.size();
              return add(std::move(series));
            },
            &left_out));
        Advance(share, meta.ulid);
        return {};
      });
  if (!taken.ok()) return taken;
  report_.bad_histograms += left_out.histograms;
  ++report_.blocks;
  state_.blocks.insert(meta.sources.begin(), meta.sources.end());
  return KeepState();
}

base::Status Import::TakeLogs(const Found& found) {
  for (const WalFile& file : found.wal) VEDETTE_RETURN_IF_ERROR(ReadNames(file));
  for (const WalFile& file : found.wal) {
    if (file.number >= state_.wal_done) {
      VEDETTE_RETURN_IF_ERROR(ReadSamples(file, blocks_end_ms_));
    } else {
      Advance(file.bytes, file.path);
    }
  }
  for (const WalFile& file : found.wbl) {
    if (file.number < state_.wbl_done) continue;
    VEDETTE_RETURN_IF_ERROR(ReadSamples(file, INT64_MIN));
  }
  for (const WalFile& file : found.head_chunks) VEDETTE_RETURN_IF_ERROR(ReadHeadChunks(file));
  if (!buffer_.empty()) VEDETTE_RETURN_IF_ERROR(buffer_.MoveTo(options_.store));
  state_.wal_done = NumberBehind(found.wal, state_.wal_done);
  state_.wbl_done = NumberBehind(found.wbl, state_.wbl_done);
  return KeepState();
}

base::Status Import::ReadNames(const WalFile& file) {
  VEDETTE_ASSIGN_OR_RETURN(auto window, FileWindow::Open(options_.fs, file.path));
  const FileWindow* names = window.get();
  WalSegment segment(std::move(window));
  const auto take = [&](std::string_view record) -> base::Status {
    if (TypeOf(record) == RecordType::kTombstones) return DecodeTombstonesRecord(record, &deleted_);
    if (TypeOf(record) != RecordType::kSeries) return {};
    VEDETTE_ASSIGN_OR_RETURN(std::vector<WalSeriesRow> rows, DecodeSeriesRecord(record));
    for (WalSeriesRow& row : rows) {
      if (row.labels.empty() || series_.contains(row.ref)) continue;
      series_[row.ref] = std::make_unique<const model::Labels>(std::move(row.labels));
    }
    return {};
  };
  VEDETTE_RETURN_IF_ERROR(segment.ForEach([&](uint64_t offset, std::string_view record) {
    const base::Status taken = take(record);
    if (!taken.ok()) AddDamage(base::Message(names->Damage(offset, base::Message(taken))));
    return base::Status();
  }));
  for (const std::string& damage : segment.damage()) AddDamage(damage);
  Advance(file.bytes, file.path);
  return {};
}

void Import::CountRecord(RecordType type) {
  switch (type) {
    case RecordType::kExemplars:
      ++report_.exemplars;
      break;
    case RecordType::kSeries:
    case RecordType::kSamples:
    case RecordType::kTombstones:
    case RecordType::kMmapMarkers:
    case RecordType::kMetadata:
    case RecordType::kHistograms:
    case RecordType::kFloatHistograms:
    case RecordType::kCustomHistograms:
    case RecordType::kCustomFloatHistograms:
      break;
    default:
      ++report_.unknown_records;
  }
}

base::Status Import::ReadSamples(const WalFile& file, int64_t min_ms) {
  VEDETTE_ASSIGN_OR_RETURN(auto window, FileWindow::Open(options_.fs, file.path));
  const FileWindow* names = window.get();
  WalSegment segment(std::move(window));
  const auto take = [&](uint64_t offset, std::string_view record) -> base::Status {
    CountRecord(TypeOf(record));
    const base::Status taken = TakeRows(TypeOf(record), record, min_ms);
    if (!absl::IsDataLoss(taken)) return taken;
    AddDamage(base::Message(names->Damage(offset, base::Message(taken))));
    return {};
  };
  VEDETTE_RETURN_IF_ERROR(segment.ForEach(take));
  Advance(file.bytes, file.path);
  return {};
}

base::Status Import::TakeRows(RecordType type, std::string_view record, int64_t min_ms) {
  if (type == RecordType::kSamples) {
    VEDETTE_ASSIGN_OR_RETURN(const std::vector<WalSampleRow> rows, DecodeSamplesRecord(record));
    for (const WalSampleRow& row : rows) {
      if (row.time_ms >= min_ms) VEDETTE_RETURN_IF_ERROR(TakeSample(row));
    }
  } else if (IsHistograms(type)) {
    VEDETTE_ASSIGN_OR_RETURN(const std::vector<WalHistogramRow> rows,
                             DecodeHistogramsRecord(record, &report_.bad_histograms));
    for (const WalHistogramRow& row : rows) {
      if (row.sample.time_ms >= min_ms) VEDETTE_RETURN_IF_ERROR(TakeHistogram(row));
    }
  }
  return {};
}

const model::Labels* Import::Judge(uint64_t ref, int64_t time_ms) {
  const auto series = series_.find(ref);
  if (series == series_.end()) {
    ++report_.nameless_samples;
    return nullptr;
  }
  if (time_ms < -kMaxTimeMs || time_ms > kMaxTimeMs) {
    ++report_.bad_times;
    return nullptr;
  }
  const auto deleted = deleted_.find(ref);
  if (deleted != deleted_.end() && IsDeleted(deleted->second, time_ms)) return nullptr;
  ++report_.samples;
  return series->second.get();
}

base::Status Import::TakeSample(const WalSampleRow& row) {
  const model::Labels* const labels = Judge(row.ref, row.time_ms);
  if (labels == nullptr) return {};
  buffer_.Add(labels, row.time_ms, row.value);
  return MoveWhenFull();
}

base::Status Import::TakeHistogram(const WalHistogramRow& row) {
  const model::Labels* const labels = Judge(row.ref, row.sample.time_ms);
  if (labels == nullptr) return {};
  ++report_.histograms;
  buffer_.Add(labels, row.sample);
  return MoveWhenFull();
}

base::Status Import::MoveWhenFull() {
  return buffer_.bytes() < options_.buffer_bytes ? base::Status() : buffer_.MoveTo(options_.store);
}

base::Status Import::ReadHeadChunks(const WalFile& file) {
  VEDETTE_ASSIGN_OR_RETURN(const auto window, FileWindow::Open(options_.fs, file.path));
  const base::Status status = ForEachHeadChunk(
      window.get(), [this](const HeadChunk& chunk) { return TakeHeadChunk(chunk); });
  Advance(file.bytes, file.path);
  if (!absl::IsDataLoss(status)) return status;
  // What it holds is in the log as well, unless that is damaged too.
  AddDamage(base::Message(status));
  return {};
}

base::Status Import::TakeHeadChunk(const HeadChunk& chunk) {
  if (!chunk.out_of_order && chunk.max_ms < blocks_end_ms_) return {};
  const auto is_old = [&](int64_t t) { return !chunk.out_of_order && t < blocks_end_ms_; };
  if (chunk.encoding == kHistogramChunk || chunk.encoding == kFloatHistogramChunk) {
    std::vector<model::HistogramSample> samples;
    VEDETTE_RETURN_IF_ERROR(DecodeHistogramChunk(chunk.data, chunk.encoding == kFloatHistogramChunk,
                                                 &samples, &report_.bad_histograms));
    for (const model::HistogramSample& sample : samples) {
      if (is_old(sample.time_ms)) continue;
      VEDETTE_RETURN_IF_ERROR(TakeHistogram({chunk.series, sample}));
    }
    return {};
  }
  if (chunk.encoding != kXorChunk) {
    return base::DataLoss(base::Concat({"head chunk: encoding ", std::to_string(chunk.encoding),
                                        " is not known; allowed are 1 to 3"}));
  }
  std::vector<int64_t> times;
  std::vector<double> values;
  VEDETTE_RETURN_IF_ERROR(DecodeXorChunk(chunk.data, &times, &values));
  for (size_t i = 0; i < times.size(); ++i) {
    if (is_old(times[i])) continue;
    VEDETTE_RETURN_IF_ERROR(TakeSample({chunk.series, times[i], values[i]}));
  }
  return {};
}

}  // namespace vedette::tsdb::prometheus
