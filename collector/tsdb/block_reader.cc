#include "collector/tsdb/block_reader.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "collector/tsdb/histogram_column.h"
#include "collector/tsdb/series_page.h"
#include "collector/tsdb/times_page.h"
#include "collector/tsdb/v1_block_reader.h"
#include "collector/tsdb/value_codec.h"

namespace vedette::tsdb {
namespace {

// Of decoded columns and of pages: more are let go and read again. A scrape's series share one
// column, and neighbours in a part are of all targets.
constexpr size_t kMaxTimesKept = 256 << 10;
constexpr size_t kColumnCost = 12;  // of one, in times
constexpr size_t kMaxPagesKept = 64;
constexpr size_t kMaxValuePagesKept = 16;
// Of a query's readers together: ninety days are as many parts. Each keeps at least what one series
// needs of a day, which has its six blocks' values in as many pages.
constexpr size_t kTimesOfQuery = 1 << 20;
constexpr size_t kPagesOfQuery = 256;
constexpr size_t kMinTimesKept = 8 << 10;
constexpr size_t kMinPagesKept = 3;
constexpr size_t kMinValuePagesKept = 8;

size_t ShareOf(size_t all, size_t readers, size_t least, size_t most) {
  return std::clamp(all / std::max<size_t>(readers, 1), least, most);
}

class Reader final : public BlockReader {
 public:
  Reader(std::shared_ptr<const Part> part, const ReadSharing& sharing)
      : part_(std::move(part)),
        pages_(sharing.pages),
        max_times_(ShareOf(kTimesOfQuery, sharing.readers, kMinTimesKept, kMaxTimesKept)),
        max_pages_(ShareOf(kPagesOfQuery, sharing.readers, kMinPagesKept, kMaxPagesKept)),
        max_value_pages_(
            ShareOf(kPagesOfQuery, sharing.readers, kMinValuePagesKept, kMaxValuePagesKept)) {}

  size_t page_series() const override { return kPageSeries; }

  base::StatusOr<std::span<const SeriesEntry>> LoadPage(size_t page) override {
    page_ = pages_ == nullptr ? nullptr : pages_->Find(part_->path(), page);
    values_.clear();
    if (page_ == nullptr) {
      VEDETTE_ASSIGN_OR_RETURN(page_, DecodePage(page));
      if (pages_ != nullptr) pages_->Put(part_->path(), page, page_);
    }
    return std::span<const SeriesEntry>(page_->entries);
  }

  base::StatusOr<const std::vector<int64_t>*> Times(const BlockRef& block) override {
    const auto known = times_.find(block.times);
    if (known != times_.end()) return known->second.get();
    VEDETTE_ASSIGN_OR_RETURN(auto times, ReadTimes(block.times));
    if (times_kept_ > max_times_) {
      times_.clear();
      times_kept_ = 0;
    }
    times_kept_ += times->size() + kColumnCost;
    return times_.emplace(block.times, std::move(times)).first->second.get();
  }

  base::StatusOr<ColumnKind> Values(const BlockRef& block, std::span<double> values) override {
    if (block.constant) {
      std::fill(values.begin(), values.end(), block.value);
      return ColumnKind::kFloats;
    }
    VEDETTE_ASSIGN_OR_RETURN(std::string_view column, LoadColumn(block));
    const ColumnKind kind = KindOf(column);
    if (kind == ColumnKind::kHistograms) return kind;
    if (kind == ColumnKind::kStartedFloats) {
      std::vector<int64_t> starts(values.size());
      VEDETTE_ASSIGN_OR_RETURN(column, Checked(block, DecodeStarts(column, starts)));
    }
    VEDETTE_RETURN_IF_ERROR(Checked(block, DecodeValues(column, values)));
    return kind;
  }

  base::Status Starts(const BlockRef& block, std::span<int64_t> starts_ms) override {
    VEDETTE_ASSIGN_OR_RETURN(const std::string_view column, LoadColumn(block));
    return Checked(block, DecodeStarts(column, starts_ms).status());
  }

  base::Status Histograms(const BlockRef& block, std::span<const int64_t> times,
                          std::vector<model::HistogramSample>* out) override {
    VEDETTE_ASSIGN_OR_RETURN(const std::string_view column, LoadColumn(block));
    return Checked(block, DecodeHistograms(column, times, out));
  }

  std::optional<BlockSummary> Summary(const BlockRef& block) const override {
    if (block.samples == 0) return std::nullopt;  // nobody knows its times
    if (block.constant) return Summarize({&block.value, 1});
    if (block.summary == BlockRef::kNoSummary) return std::nullopt;
    return page_->summaries[block.summary];
  }

 private:
  using TimesPtr = std::shared_ptr<const std::vector<int64_t>>;

  base::StatusOr<std::shared_ptr<const SeriesPage>> DecodePage(size_t page) {
    const PageRef& ref = part_->directory().series_pages[page];
    VEDETTE_ASSIGN_OR_RETURN(const std::string bytes, part_->ReadPage(ref));
    auto decoded = DecodeSeriesPage(bytes, [this](uint64_t number) { return FindTimes(number); });
    if (!decoded.ok()) return part_->Damaged(decoded.status(), ref.offset);
    const size_t expected = std::min<uint64_t>(kPageSeries, part_->series() - page * kPageSeries);
    if (decoded->entries.size() != expected) {
      return part_->Damaged(base::DataLoss("series page has another number of series"), ref.offset);
    }
    return std::make_shared<const SeriesPage>(std::move(decoded).value());
  }

  base::StatusOr<const TimesPage::Column*> FindTimes(uint64_t number) {
    const size_t page = number / kPageTimes;
    if (page >= part_->directory().times_pages.size()) {
      return base::DataLoss("block of a times column that is not there");
    }
    auto known = times_pages_.find(page);
    if (known == times_pages_.end()) {
      const PageRef& ref = part_->directory().times_pages[page];
      VEDETTE_ASSIGN_OR_RETURN(std::string bytes, part_->ReadPage(ref));
      auto parsed = TimesPage::Parse(std::move(bytes), part_->min_ms());
      if (!parsed.ok()) return part_->Damaged(parsed.status(), ref.offset);
      if (times_pages_.size() >= max_pages_) times_pages_.clear();
      known = times_pages_.emplace(page, std::move(parsed).value()).first;
    }
    const std::vector<TimesPage::Column>& columns = known->second.columns();
    if (number % kPageTimes >= columns.size()) {
      return base::DataLoss("block of a times column that is not there");
    }
    return &columns[number % kPageTimes];
  }

  base::StatusOr<TimesPtr> ReadTimes(uint64_t number) {
    TimesPtr times = pages_ == nullptr ? nullptr : pages_->FindTimes(part_->path(), number);
    if (times != nullptr) return times;
    VEDETTE_ASSIGN_OR_RETURN(const TimesPage::Column* column, FindTimes(number));
    const size_t page = number / kPageTimes;
    std::vector<int64_t> read;
    VEDETTE_RETURN_IF_ERROR(part_->Damaged(times_pages_.find(page)->second.Read(*column, &read),
                                           part_->directory().times_pages[page].offset));
    times = std::make_shared<const std::vector<int64_t>>(std::move(read));
    if (pages_ != nullptr) pages_->PutTimes(part_->path(), number, times);
    return times;
  }

  // Names the place of damage.
  base::Status Checked(const BlockRef& block, const base::Status& status) const {
    return status.ok() ? status
                       : part_->Damaged(status, page_->value_pages[block.values_page].offset);
  }
  template <typename T>
  base::StatusOr<T> Checked(const BlockRef& block, base::StatusOr<T> result) const {
    return result.ok() ? std::move(result) : Checked(block, result.status());
  }

  base::StatusOr<std::string_view> LoadColumn(const BlockRef& block) {
    VEDETTE_ASSIGN_OR_RETURN(const std::string_view page, LoadValues(block.values_page));
    return page.substr(block.values_offset, block.values_length);
  }

  base::StatusOr<std::string_view> LoadValues(uint32_t page) {
    const auto known = values_.find(page);
    if (known != values_.end()) return std::string_view(*known->second);
    VEDETTE_ASSIGN_OR_RETURN(auto bytes, ReadValues(page_->value_pages[page]));
    if (values_.size() >= max_value_pages_) values_.clear();
    return std::string_view(*values_.emplace(page, std::move(bytes)).first->second);
  }

  base::StatusOr<std::shared_ptr<const std::string>> ReadValues(const PageRef& ref) {
    auto bytes = pages_ == nullptr ? nullptr : pages_->FindValues(part_->path(), ref.offset);
    if (bytes != nullptr) return bytes;
    VEDETTE_ASSIGN_OR_RETURN(std::string read, part_->ReadPage(ref));
    bytes = std::make_shared<const std::string>(std::move(read));
    if (pages_ != nullptr) pages_->PutValues(part_->path(), ref.offset, bytes);
    return bytes;
  }

  const std::shared_ptr<const Part> part_;
  SeriesPageCache* const pages_;  // may be null
  const size_t max_times_;
  const size_t max_pages_;
  const size_t max_value_pages_;
  std::shared_ptr<const SeriesPage> page_;
  absl::flat_hash_map<uint32_t, std::shared_ptr<const std::string>> values_;  // of page_
  absl::flat_hash_map<size_t, TimesPage> times_pages_;
  absl::flat_hash_map<uint64_t, TimesPtr> times_;  // by number
  size_t times_kept_ = 0;
};

}  // namespace

base::Status BlockReader::Starts(const BlockRef&, std::span<int64_t>) {
  return base::Internal("start timestamps asked of a block without");
}

base::Status BlockReader::Histograms(const BlockRef&, std::span<const int64_t>,
                                     std::vector<model::HistogramSample>*) {
  return base::Internal("histograms asked of a block of floats");
}

std::unique_ptr<BlockReader> NewBlockReader(std::shared_ptr<const Part> part,
                                            const ReadSharing& sharing) {
  if (part->version() == 1) return v1::NewBlockReader(std::move(part));
  return std::make_unique<Reader>(std::move(part), sharing);
}

}  // namespace vedette::tsdb
