#include "collector/tsdb/part_writer.h"

#include <algorithm>

#include "base/codec/compress.h"
#include "collector/tsdb/int_codec.h"
#include "collector/tsdb/value_codec.h"

namespace vedette::tsdb {
namespace {

constexpr size_t kBufferBytes = 256 << 10;
// Beyond that many different times columns the oldest are no longer worth remembering.
constexpr size_t kMaxSharedTimes = 64 << 10;
constexpr int kZstdLevel = 3;

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
    : file_(std::move(file)) {
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

base::StatusOr<PartWriter::Place> PartWriter::WriteColumn(std::string_view payload) {
  const Place place{offset_, static_cast<uint32_t>(payload.size() + sizeof(uint32_t))};
  std::string checksum;
  base::PutFixed(Checksum(payload), &checksum);
  VEDETTE_RETURN_IF_ERROR(Write(checksum));
  VEDETTE_RETURN_IF_ERROR(Write(payload));
  return place;
}

base::StatusOr<PartWriter::Place> PartWriter::WriteTimes(std::span<const int64_t> times) {
  std::string payload;
  EncodeInts(times, &payload);
  const base::Hash128Value hash = base::Hash128(payload);
  const std::pair<uint64_t, uint64_t> key(hash.low, hash.high);
  if (const auto known = times_written_.find(key); known != times_written_.end()) {
    return known->second;
  }
  VEDETTE_ASSIGN_OR_RETURN(const Place place, WriteColumn(payload));
  if (times_written_.size() >= kMaxSharedTimes) times_written_.clear();
  times_written_.emplace(key, place);
  return place;
}

base::StatusOr<BlockRef> PartWriter::WriteBlock(std::span<const int64_t> times,
                                                std::span<const double> values) {
  VEDETTE_ASSIGN_OR_RETURN(const Place times_place, WriteTimes(times));
  std::string payload;
  EncodeValues(values, &payload);
  VEDETTE_ASSIGN_OR_RETURN(const Place values_place, WriteColumn(payload));
  BlockRef block;
  block.min_ms = times.front();
  block.max_ms = times.back();
  block.samples = static_cast<uint32_t>(times.size());
  block.times_offset = times_place.offset;
  block.times_length = times_place.length;
  block.values_offset = values_place.offset;
  block.values_length = values_place.length;
  return block;
}

base::Status PartWriter::Add(const model::Labels& labels, std::span<const int64_t> times,
                             std::span<const double> values) {
  SeriesEntry entry;
  entry.labels = labels;
  for (size_t at = 0; at < times.size(); at += kColumnSamples) {
    const size_t n = std::min(kColumnSamples, times.size() - at);
    VEDETTE_ASSIGN_OR_RETURN(const BlockRef block,
                             WriteBlock(times.subspan(at, n), values.subspan(at, n)));
    entry.blocks.push_back(block);
  }
  Index(labels, static_cast<uint32_t>(footer_.series));
  AppendSeriesEntry(entry, footer_.min_ms, &series_page_);
  if (++series_in_page_ == kPageSeries) CloseSeriesPage();
  ++footer_.series;
  footer_.samples += times.size();
  footer_.max_ms = std::max(footer_.max_ms, times.back());
  return {};
}

void PartWriter::Index(const model::Labels& labels, uint32_t number) {
  for (const model::LabelView& label : labels) {
    auto name = postings_.find(label.name);
    if (name == postings_.end()) name = postings_.emplace(label.name, Postings()).first;
    auto value = name->second.find(label.value);
    if (value == name->second.end()) {
      value = name->second.emplace(label.value, std::vector<uint32_t>()).first;
    }
    value->second.push_back(number);
  }
}

PageRef PartWriter::KeepPage(const std::string& page) {
  const std::string packed = base::ZstdCompress(page, kZstdLevel);
  PageRef ref;
  ref.offset = pages_.size();  // moved behind the blocks by Finish
  ref.length = static_cast<uint32_t>(packed.size());
  ref.unpacked = static_cast<uint32_t>(page.size());
  ref.checksum = Checksum(packed);
  pages_ += packed;
  return ref;
}

void PartWriter::CloseSeriesPage() {
  if (series_in_page_ == 0) return;
  directory_.series_pages.push_back(KeepPage(series_page_));
  series_page_.clear();
  series_in_page_ = 0;
}

void PartWriter::BuildPostings() {
  for (const auto& [name, values] : postings_) {
    LabelDirectory label;
    label.name = name;
    std::string page;
    std::string first_value;
    auto close = [&] {
      if (!page.empty()) label.pages.push_back({first_value, KeepPage(page)});
      page.clear();
    };
    for (const auto& [value, series] : values) {
      if (page.empty()) first_value = value;
      AppendPostingsEntry(value, series, &page);
      if (page.size() >= kPostingsPageBytes) close();
    }
    close();
    directory_.labels.push_back(std::move(label));
  }
}

base::Status PartWriter::Finish() {
  CloseSeriesPage();
  BuildPostings();
  for (PageRef& page : directory_.series_pages) page.offset += offset_;
  for (LabelDirectory& label : directory_.labels) {
    for (PostingsPageRef& entry : label.pages) entry.page.offset += offset_;
  }
  VEDETTE_RETURN_IF_ERROR(Write(pages_));
  const std::string directory = EncodeDirectory(directory_);
  const std::string packed = base::ZstdCompress(directory, kZstdLevel);
  footer_.directory_offset = offset_;
  footer_.directory_length = static_cast<uint32_t>(packed.size());
  footer_.directory_unpacked = static_cast<uint32_t>(directory.size());
  footer_.directory_checksum = Checksum(packed);
  VEDETTE_RETURN_IF_ERROR(Write(packed));
  VEDETTE_RETURN_IF_ERROR(Write(EncodeFooter(footer_)));
  VEDETTE_RETURN_IF_ERROR(file_->Append(buffer_));
  VEDETTE_RETURN_IF_ERROR(file_->Sync());
  return file_->Close();
}

}  // namespace vedette::tsdb
