#include "model/exposition/nhcb_reader.h"

#include <cmath>
#include <utility>

#include "base/strings.h"

namespace vedette::model::exposition {
namespace {

constexpr std::string_view kBound = "le";

// name{a="b",c="d"}, as a line of the page would have it.
std::string SeriesText(const Labels& labels) {
  std::string out(labels.MetricName());
  char before = '{';
  for (const LabelView& label : labels) {
    if (label.name == kMetricName) continue;
    out += before;
    out += base::Concat({label.name, "=", base::GoQuote(label.value)});
    before = ',';
  }
  if (before == ',') out += '}';
  return out;
}

}  // namespace

base::StatusOr<EntryKind> NhcbReader::Next() {
  is_emitting_ = false;
  EntryKind kind = EntryKind::kEnd;
  if (held_) {
    kind = *held_;
    held_.reset();
  } else {
    VEDETTE_ASSIGN_OR_RETURN(kind, page_->Next());
    line_part_ = Part::kNone;
    if (kind == EntryKind::kSeries) {
      VEDETTE_ASSIGN_OR_RETURN(line_part_, ReadPart());
    }
    const bool goes_on = line_part_ != Part::kNone && line_base_ == labels_;
    if (is_gathering_ && !goes_on && Emit()) {
      held_ = kind;
      return EntryKind::kHistogram;
    }
  }
  return Show(kind) ? kind : EntryKind::kGathered;
}

base::StatusOr<NhcbReader::Part> NhcbReader::ReadPart() {
  if (histogram_family_.empty()) return Part::kNone;
  VEDETTE_RETURN_IF_ERROR(page_->ReadLabels(&line_labels_));
  std::string_view suffix = line_labels_.MetricName();
  if (!base::StartsWith(suffix, histogram_family_)) return Part::kNone;
  suffix.remove_prefix(histogram_family_.size());
  Part part = Part::kNone;
  if (suffix == "_sum") part = Part::kSum;
  if (suffix == "_count") part = Part::kCount;
  if (suffix == "_bucket" && line_labels_.Has(kBound)) {
    const auto bound = base::ParseDouble(line_labels_.Get(kBound));
    if (!bound || std::isnan(*bound)) return Part::kNone;
    line_bound_ = *bound;
    part = Part::kBucket;
  }
  if (part == Part::kNone) return part;
  LabelsBuilder builder(line_labels_);
  line_base_ = builder.Delete(kBound).Set(kMetricName, histogram_family_).Build();
  return part;
}

void NhcbReader::Gather(Part part) {
  if (!is_gathering_) {
    is_gathering_ = true;
    labels_ = line_base_;
    gathered_empty_labels_ = page_->empty_labels();
    first_line_.timestamp_ms = page_->timestamp_ms();
    first_line_.start_ms = page_->start_ms();
    gathered_.Clear();
    gathered_exemplars_.clear();
  }
  if (part == Part::kBucket) gathered_.SetBucket(line_bound_, page_->value());
  if (part == Part::kSum) gathered_.SetSum(page_->value());
  if (part == Part::kCount) gathered_.SetCount(page_->value());
  // One that cannot be read costs itself alone.
  page_->ReadExemplars(&gathered_exemplars_).IgnoreError();
}

bool NhcbReader::Emit() {
  is_gathering_ = false;
  std::optional<Histogram> converted = gathered_.Convert();
  if (!converted) return false;
  is_emitting_ = true;
  histogram_ = *std::move(converted);
  emitted_series_ = SeriesText(labels_);
  emitted_exemplars_.swap(gathered_exemplars_);
  sample_ = first_line_;
  sample_.series = emitted_series_;
  sample_.has_exemplars = !emitted_exemplars_.empty();
  return true;
}

bool NhcbReader::Show(EntryKind kind) {
  switch (kind) {
    case EntryKind::kHelp:
    case EntryKind::kType:
    case EntryKind::kUnit:
      family_ = page_->family();
      text_ = page_->text();
      if (kind == EntryKind::kType) histogram_family_ = text_ == "histogram" ? family_ : "";
      return true;
    case EntryKind::kComment:
      sample_.series = page_->comment();
      return true;
    case EntryKind::kSeries:
      if (line_part_ != Part::kNone) Gather(line_part_);
      sample_ = {page_->series(), page_->value(), page_->timestamp_ms(), page_->start_ms(),
                 page_->has_exemplars()};
      return line_part_ == Part::kNone || keep_classic_;
    case EntryKind::kHistogram:
    case EntryKind::kGathered:
    case EntryKind::kEnd:
      break;
  }
  return true;
}

base::Status NhcbReader::ReadLabels(Labels* out) {
  if (is_emitting_) {
    *out = labels_;
    empty_labels_ = gathered_empty_labels_;
    return {};
  }
  VEDETTE_RETURN_IF_ERROR(page_->ReadLabels(out));
  empty_labels_ = page_->empty_labels();
  return {};
}

base::Status NhcbReader::ReadExemplars(std::vector<Exemplar>* out) {
  if (!is_emitting_) return page_->ReadExemplars(out);
  out->insert(out->end(), emitted_exemplars_.begin(), emitted_exemplars_.end());
  return {};
}

}  // namespace vedette::model::exposition
