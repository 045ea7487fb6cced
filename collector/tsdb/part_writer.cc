#include "collector/tsdb/part_writer.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/codec/compress.h"
#include "collector/tsdb/block_column.h"
#include "collector/tsdb/block_summary.h"
#include "collector/tsdb/histogram_column.h"
#include "collector/tsdb/int_column.h"
#include "collector/tsdb/value_codec.h"

namespace vedette::tsdb {
namespace {

constexpr size_t kBufferBytes = 256 << 10;
// Beyond that many different times columns the oldest are no longer worth remembering.
constexpr size_t kMaxSharedTimes = 64 << 10;
constexpr int kIndexLevel = 3;  // of zstd
constexpr int kPageLevel = 1;
// A page of columns is compressed where that spares one byte in so many: unpacking costs a reader
// more than the column's own decoding.
constexpr size_t kWorthShare = 8;

bool IsConstant(std::span<const double> values) {
  // Each equal to the next, bit by bit.
  return std::memcmp(values.data(), values.data() + 1, (values.size() - 1) * sizeof(double)) == 0;
}

}  // namespace

base::StatusOr<std::unique_ptr<PartWriter>> PartWriter::Create(base::FileSystem* fs,
                                                               const std::string& path,
                                                               int64_t min_ms) {
  VEDETTE_ASSIGN_OR_RETURN(std::unique_ptr<base::WritableFile> file, fs->Create(path));
  std::unique_ptr<PartWriter> writer(new PartWriter(std::move(file), min_ms));
  VEDETTE_RETURN_IF_ERROR(writer->Write(EncodePartHeader()));
  return writer;
}

PartWriter::PartWriter(std::unique_ptr<base::WritableFile> file, int64_t min_ms)
    : file_(std::move(file)),
      times_page_(min_ms),
      series_page_([this](std::string_view values) -> base::StatusOr<PageRef> {
        VEDETTE_ASSIGN_OR_RETURN(const PageRef ref, WritePage(values));
        sizes_.values += ref.length;
        return ref;
      }) {
  footer_.min_ms = min_ms;
  footer_.max_ms = min_ms;
}

base::Status PartWriter::Write(std::string_view data) {
  buffer_ += data;
  offset_ += data.size();
  if (buffer_.size() < kBufferBytes) return {};
  VEDETTE_RETURN_IF_ERROR(file_->Append(buffer_));
  buffer_.clear();
  return {};
}

base::StatusOr<PageRef> PartWriter::WritePage(std::string_view page) {
  const std::string packed = base::ZstdCompress(page, kPageLevel);
  const bool worth = packed.size() + page.size() / kWorthShare < page.size();
  const std::string_view bytes = worth ? std::string_view(packed) : page;
  PageRef ref;
  ref.offset = offset_;
  ref.length = static_cast<uint32_t>(bytes.size());
  ref.unpacked = worth ? static_cast<uint32_t>(page.size()) : 0;
  ref.checksum = Checksum(bytes);
  VEDETTE_RETURN_IF_ERROR(Write(bytes));
  return ref;
}

base::Status PartWriter::CloseTimesPage() {
  if (times_page_.size() == 0) return {};
  VEDETTE_ASSIGN_OR_RETURN(const PageRef ref, WritePage(times_page_.Finish()));
  directory_.times_pages.push_back(ref);
  sizes_.times += ref.length;
  return {};
}

base::StatusOr<uint64_t> PartWriter::NumberOf(std::span<const int64_t> times) {
  const base::Hash128Value hash =
      base::Hash128({reinterpret_cast<const char*>(times.data()), times.size_bytes()});
  if (times_numbers_.size() >= kMaxSharedTimes) times_numbers_.clear();
  const auto [at, added] = times_numbers_.try_emplace(std::pair(hash.low, hash.high), next_times_);
  if (!added) return at->second;
  const uint64_t number = next_times_++;
  times_page_.Add(times);
  if (times_page_.size() == kPageTimes) VEDETTE_RETURN_IF_ERROR(CloseTimesPage());
  return number;
}

base::Status PartWriter::WriteBlock(std::span<const int64_t> times, std::span<const double> values,
                                    std::span<const int64_t> starts) {
  VEDETTE_ASSIGN_OR_RETURN(const uint64_t number, NumberOf(times));
  const bool started = std::any_of(starts.begin(), starts.end(), [](int64_t s) { return s != 0; });
  if (!started && IsConstant(values)) {
    series_page_.AddConstantBlock(number, values.front());
    return {};
  }
  std::string column;
  if (started) {
    EncodeStartedValues(values, starts, &column);
  } else {
    EncodeValues(values, &column);
  }
  if (values.size() < kSummarySamples) return series_page_.AddBlock(number, column, nullptr);
  const BlockSummary summary = Summarize(values);
  return series_page_.AddBlock(number, column, &summary);
}

base::Status PartWriter::AddFloats(std::span<const int64_t> times, std::span<const double> values,
                                   std::span<const int64_t> starts) {
  for (size_t at = 0; at < times.size(); at += kColumnSamples) {
    const size_t n = std::min(kColumnSamples, times.size() - at);
    VEDETTE_RETURN_IF_ERROR(WriteBlock(times.subspan(at, n), values.subspan(at, n),
                                       starts.empty() ? starts : starts.subspan(at, n)));
  }
  if (!times.empty()) footer_.max_ms = std::max(footer_.max_ms, times.back());
  footer_.samples += times.size();
  return {};
}

base::Status PartWriter::AddHistograms(std::span<const model::HistogramSample> histograms) {
  if (!histograms.empty()) footer_.max_ms = std::max(footer_.max_ms, histograms.back().time_ms);
  footer_.samples += histograms.size();
  while (!histograms.empty()) {
    const auto block = histograms.first(HistogramsOfBlock(histograms));
    std::vector<int64_t> times;
    for (const model::HistogramSample& sample : block) times.push_back(sample.time_ms);
    VEDETTE_ASSIGN_OR_RETURN(const uint64_t number, NumberOf(times));
    std::string column;
    EncodeHistograms(block, &column);
    VEDETTE_RETURN_IF_ERROR(series_page_.AddBlock(number, column, nullptr));
    histograms = histograms.subspan(block.size());
  }
  return {};
}

base::Status PartWriter::EndSeries(const model::Labels& labels) {
  postings_.Add(labels, static_cast<uint32_t>(footer_.series));
  ++footer_.series;
  return series_page_.size() == kPageSeries ? CloseSeriesPage() : base::Status();
}

base::Status PartWriter::Add(const model::SeriesSamples& series) {
  series_page_.AddSeries(series.labels);
  VEDETTE_RETURN_IF_ERROR(AddFloats(series.timestamps_ms, series.values, series.starts_ms));
  VEDETTE_RETURN_IF_ERROR(AddHistograms(series.histograms));
  return EndSeries(series.labels);
}

base::Status PartWriter::Add(const model::Labels& labels, std::span<const int64_t> times,
                             std::span<const double> values) {
  series_page_.AddSeries(labels);
  VEDETTE_RETURN_IF_ERROR(AddFloats(times, values, {}));
  return EndSeries(labels);
}

base::StatusOr<PageRef> PartWriter::WriteIndexPage(std::string_view page) {
  const std::string packed = base::ZstdCompress(page, kIndexLevel);
  PageRef ref;
  ref.offset = offset_;
  ref.length = static_cast<uint32_t>(packed.size());
  ref.unpacked = static_cast<uint32_t>(page.size());
  ref.checksum = Checksum(packed);
  VEDETTE_RETURN_IF_ERROR(Write(packed));
  return ref;
}

base::Status PartWriter::CloseSeriesPage() {
  if (series_page_.size() == 0) return {};
  VEDETTE_ASSIGN_OR_RETURN(const std::string page, series_page_.Finish());
  VEDETTE_ASSIGN_OR_RETURN(const PageRef ref, WriteIndexPage(page));
  directory_.series_pages.push_back(ref);
  sizes_.series += ref.length;
  return {};
}

base::Status PartWriter::WriteDirectory() {
  const std::string directory = EncodeDirectory(directory_);
  const std::string packed = base::ZstdCompress(directory, kIndexLevel);
  footer_.directory_offset = offset_;
  footer_.directory_length = static_cast<uint32_t>(packed.size());
  footer_.directory_unpacked = static_cast<uint32_t>(directory.size());
  footer_.directory_checksum = Checksum(packed);
  sizes_.directory = packed.size();
  return Write(packed);
}

base::Status PartWriter::Finish() {
  VEDETTE_RETURN_IF_ERROR(CloseSeriesPage());
  VEDETTE_RETURN_IF_ERROR(CloseTimesPage());
  VEDETTE_ASSIGN_OR_RETURN(
      directory_.labels, postings_.Build([this](std::string_view page) -> base::StatusOr<PageRef> {
        VEDETTE_ASSIGN_OR_RETURN(const PageRef ref, WriteIndexPage(page));
        sizes_.postings += ref.length;
        return ref;
      }));
  VEDETTE_RETURN_IF_ERROR(WriteDirectory());
  VEDETTE_RETURN_IF_ERROR(Write(EncodeFooter(footer_)));
  VEDETTE_RETURN_IF_ERROR(file_->Append(buffer_));
  VEDETTE_RETURN_IF_ERROR(file_->Sync());
  return file_->Close();
}

}  // namespace vedette::tsdb
