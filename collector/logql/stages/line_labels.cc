#include "collector/logql/stages/line_labels.h"

#include <algorithm>
#include <utility>

namespace vedette::logql {
namespace {

bool Selects(const DropKeepStage::Item& item, std::string_view name, std::string_view value) {
  return item.name == name && (!item.matcher || item.matcher->Matches(value));
}

bool SelectsAny(const DropKeepStage& stage, std::string_view name, std::string_view value) {
  return std::any_of(stage.items.begin(), stage.items.end(),
                     [&](const auto& item) { return Selects(item, name, value); });
}

}  // namespace

void LineLabels::Reset(const model::Labels& stream, const model::Labels& metadata) {
  // What one odd line took is not kept for all the others.
  if (made_bytes_ > kMaxMadeLabelBytes / 16) labels_.clear();
  made_bytes_ = 0;
  size_ = 0;
  index_.clear();
  error_.clear();
  error_details_.clear();
  for (const model::LabelView& label : stream) AddBase(label.name, label.value, Origin::kStream);
  for (const model::LabelView& label : metadata) {
    if (stream.Has(label.name)) {
      AddBase(base::Concat({label.name, kClashSuffix}), label.value, Origin::kMetadata);
    } else {
      AddBase(label.name, label.value, Origin::kMetadata);
    }
  }
}

void LineLabels::AddBase(std::string_view name, std::string_view value, Origin origin) {
  Label* const label = Make(name);
  label->value = value;
  label->origin = origin;
  label->there = label->was_base = true;
}

const LineLabels::Label* LineLabels::Find(std::string_view name) const {
  const std::span<const Label> near = All().first(std::min(size_, kIndexFrom));
  const auto at = std::find_if(near.begin(), near.end(),
                               [&](const Label& label) { return label.name == name; });
  if (at != near.end()) return &*at;
  const auto far = index_.find(name);
  return far == index_.end() ? nullptr : &labels_[far->second];
}

LineLabels::Label* LineLabels::Find(std::string_view name) {
  const Label* const label = std::as_const(*this).Find(name);
  return label == nullptr ? nullptr : &labels_[static_cast<size_t>(label - labels_.data())];
}

// The label of that name, a new one where there is none.
LineLabels::Label* LineLabels::Make(std::string_view name) {
  if (Label* const known = Find(name)) return known;
  if (size_ == labels_.size()) labels_.emplace_back();
  if (size_ >= kIndexFrom) index_.emplace(name, size_);
  Label& label = labels_[size_++];
  label.name = name;
  label.there = label.was_base = label.was_parsed = false;
  return &label;
}

std::optional<std::string_view> LineLabels::Get(std::string_view name) const {
  const Label* const label = Find(name);
  if (label == nullptr || !label->there) return std::nullopt;
  return label->value;
}

bool LineLabels::Clashes(std::string_view name) const {
  const Label* const label = Find(name);
  return label != nullptr && label->was_base;
}

bool LineLabels::WasParsed(std::string_view name) const {
  const Label* const label = Find(name);
  return label != nullptr && label->was_parsed;
}

void LineLabels::AddParsed(std::string_view name, std::string_view value) {
  if (!WasParsed(name)) Set(name, value);
}

void LineLabels::Set(std::string_view name, std::string_view value) {
  made_bytes_ += name.size() + value.size();
  if (Overflown()) return SetError(kLabelLimitError, "labels of more than 8 MiB");
  Label* const label = Make(name);
  label->value = value;
  label->origin = Origin::kParsed;
  label->there = label->was_parsed = true;
}

void LineLabels::Delete(std::string_view name) {
  if (Label* const label = Find(name)) label->there = false;
}

void LineLabels::SetError(std::string_view error, std::optional<std::string_view> details) {
  error_ = error;
  if (details) error_details_ = *details;
}

void LineLabels::Apply(const DropKeepStage& stage) {
  for (size_t i = 0; i < size_; ++i) {
    Label& label = labels_[i];
    if (label.there) label.there = SelectsAny(stage, label.name, label.value) == stage.keep;
  }
  if (stage.keep) return;  // keep leaves errors alone
  if (SelectsAny(stage, kErrorLabel, error_)) error_.clear();
  if (SelectsAny(stage, kErrorDetailsLabel, error_details_)) error_details_.clear();
}

void LineLabels::AppendOf(Origin origin, Pairs* pairs) const {
  for (const Label& label : All()) {
    if (label.there && label.origin == origin) pairs->emplace_back(label.name, label.value);
  }
}

model::Labels LineLabels::Collect(Origin origin) const {
  Pairs pairs;
  AppendOf(origin, &pairs);
  return model::Labels::FromPairs(std::move(pairs));
}

LineLabels::Pairs LineLabels::Parsed() const {
  Pairs pairs;
  AppendOf(Origin::kParsed, &pairs);
  if (!error_.empty()) pairs.emplace_back(kErrorLabel, error_);
  // Details whose error was dropped show only on lines that have labels beside their stream's, as
  // in Loki.
  const bool bare = std::all_of(All().begin(), All().end(), [](const Label& label) {
    return !label.there || label.origin == Origin::kStream;
  });
  if (!error_details_.empty() && (!error_.empty() || !bare)) {
    pairs.emplace_back(kErrorDetailsLabel, error_details_);
  }
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

model::Labels LineLabels::Metric() const {
  std::vector<std::pair<std::string_view, std::string_view>> views;
  views.reserve(size_);
  for (const Label& label : All()) {
    if (label.there) views.emplace_back(label.name, label.value);
  }
  return model::Labels::FromViews(std::move(views));
}

}  // namespace vedette::logql
