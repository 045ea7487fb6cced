#include "collector/api/page_series.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "base/strings.h"
#include "model/exposition/reader.h"

namespace vedette::api {
namespace {

using model::WireSeries;
using model::exposition::EntryKind;
using model::exposition::Reader;

class PageReader {
 public:
  PageReader(std::unique_ptr<Reader> page, const PushGroup& group, int64_t now_ms,
             uint64_t max_samples)
      : page_(std::move(page)), group_(group), now_ms_(now_ms), max_samples_(max_samples) {}

  base::StatusOr<std::vector<WireSeries>> Read() {
    while (true) {
      VEDETTE_ASSIGN_OR_RETURN(const EntryKind kind, page_->Next());
      if (kind == EntryKind::kEnd) break;
      if (kind == EntryKind::kSeries || kind == EntryKind::kHistogram) {
        VEDETTE_RETURN_IF_ERROR(AddEntry(kind));
      } else {
        NoteMetadata(kind);
      }
    }
    for (const WireSeries& series : series_) VEDETTE_RETURN_IF_ERROR(CheckTimes(series));
    return std::move(series_);
  }

 private:
  void NoteMetadata(EntryKind kind) {
    if (kind != EntryKind::kHelp && kind != EntryKind::kType && kind != EntryKind::kUnit) return;
    if (family_ != page_->family()) metadata_ = model::Metadata();
    family_ = page_->family();
    said_ = false;
    if (kind == EntryKind::kHelp) metadata_.help = page_->text();
    if (kind == EntryKind::kType) metadata_.type = page_->text();
    if (kind == EntryKind::kUnit) metadata_.unit = page_->text();
  }

  base::Status AddEntry(EntryKind kind) {
    if (++samples_ > max_samples_) {
      return base::ResourceExhausted(
          base::Concat({"more than ", std::to_string(max_samples_), " samples"}));
    }
    VEDETTE_ASSIGN_OR_RETURN(WireSeries* const series, FindSeries());
    const int64_t time_ms = page_->timestamp_ms().value_or(now_ms_);
    if (kind == EntryKind::kSeries) {
      series->samples.push_back({time_ms, page_->value()});
      return {};
    }
    series->histograms.push_back({time_ms, page_->start_ms(), page_->histogram()});
    return base::Annotate(page_->histogram().Validate(), series->labels.ToString());
  }

  static base::Status CheckTimes(const WireSeries& series) {
    std::vector<int64_t> times;
    times.reserve(series.samples.size() + series.histograms.size());
    for (const model::WireSample& sample : series.samples) times.push_back(sample.time_ms);
    for (const model::TimedHistogram& histogram : series.histograms) {
      times.push_back(histogram.time_ms);
    }
    std::sort(times.begin(), times.end());
    if (std::adjacent_find(times.begin(), times.end()) == times.end()) return {};
    return base::InvalidArgument(
        base::Concat({series.labels.ToString(), " comes twice at one time"}));
  }

  base::StatusOr<WireSeries*> FindSeries() {
    model::Labels exposed;
    VEDETTE_RETURN_IF_ERROR(page_->ReadLabels(&exposed));
    model::LabelsBuilder builder(exposed);
    for (const auto& [name, value] : group_) builder.Set(name, value);
    model::Labels labels = builder.Build();
    const auto [known, is_new] = numbers_.try_emplace(labels, series_.size());
    if (is_new) {
      WireSeries& series = series_.emplace_back();
      // The wire says it of a series' own name. Once a family: a text may be as long as the page.
      if (!said_ && labels.MetricName() == family_) {
        series.metadata = metadata_;
        said_ = true;
      }
      series.labels = std::move(labels);
    }
    return &series_[known->second];
  }

  const std::unique_ptr<Reader> page_;
  const PushGroup& group_;
  const int64_t now_ms_;
  const uint64_t max_samples_;
  uint64_t samples_ = 0;
  std::vector<WireSeries> series_;
  absl::flat_hash_map<model::Labels, size_t> numbers_;
  std::string family_;  // whose metadata came last
  model::Metadata metadata_;
  bool said_ = false;  // by a series
};

}  // namespace

base::StatusOr<std::vector<WireSeries>> ReadPushedPage(std::string_view page,
                                                       model::exposition::Format format,
                                                       const PushGroup& group, int64_t now_ms,
                                                       uint64_t max_samples) {
  return PageReader(model::exposition::NewReader(page, format), group, now_ms, max_samples).Read();
}

}  // namespace vedette::api
