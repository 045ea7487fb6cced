#include "collector/logql/stages/line_labels.h"

#include <algorithm>

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
  labels_.clear();
  gone_.clear();
  error_.clear();
  error_details_.clear();
  for (const model::LabelView& label : stream) {
    labels_.push_back({std::string(label.name), std::string(label.value), Origin::kStream});
  }
  for (const model::LabelView& label : metadata) {
    std::string name(label.name);
    if (stream.Has(name)) name += kClashSuffix;
    labels_.push_back({std::move(name), std::string(label.value), Origin::kMetadata});
  }
}

const LineLabels::Label* LineLabels::Find(std::string_view name) const {
  const auto it = std::find_if(labels_.begin(), labels_.end(),
                               [&](const Label& label) { return label.name == name; });
  return it == labels_.end() ? nullptr : &*it;
}

std::optional<std::string_view> LineLabels::Get(std::string_view name) const {
  const Label* const label = Find(name);
  return label == nullptr ? std::nullopt : std::optional<std::string_view>(label->value);
}

bool LineLabels::Clashes(std::string_view name) const {
  const Label* const label = Find(name);
  if (label != nullptr && label->origin != Origin::kParsed) return true;
  return std::any_of(gone_.begin(), gone_.end(), [&](const auto& gone) {
    return gone.second != Origin::kParsed && gone.first == name;
  });
}

bool LineLabels::WasParsed(std::string_view name) const {
  const Label* const label = Find(name);
  if (label != nullptr && label->origin == Origin::kParsed) return true;
  return std::any_of(gone_.begin(), gone_.end(), [&](const auto& gone) {
    return gone.second == Origin::kParsed && gone.first == name;
  });
}

void LineLabels::AddParsed(std::string_view name, std::string_view value) {
  if (!WasParsed(name)) Set(name, value);
}

void LineLabels::Set(std::string_view name, std::string_view value) {
  const Label* const known = Find(name);
  if (known == nullptr) {
    labels_.push_back({std::string(name), std::string(value), Origin::kParsed});
    return;
  }
  Label& label = labels_[static_cast<size_t>(known - labels_.data())];
  if (label.origin != Origin::kParsed) gone_.emplace_back(label.name, label.origin);
  label.value = value;
  label.origin = Origin::kParsed;
}

void LineLabels::Erase(size_t index) {
  gone_.emplace_back(std::move(labels_[index].name), labels_[index].origin);
  labels_.erase(labels_.begin() + static_cast<std::ptrdiff_t>(index));
}

void LineLabels::Delete(std::string_view name) {
  if (const Label* const label = Find(name)) Erase(static_cast<size_t>(label - labels_.data()));
}

void LineLabels::SetError(std::string_view error, std::optional<std::string_view> details) {
  error_ = error;
  if (details) error_details_ = *details;
}

void LineLabels::Apply(const DropKeepStage& stage) {
  for (size_t i = labels_.size(); i-- > 0;) {
    if (SelectsAny(stage, labels_[i].name, labels_[i].value) != stage.keep) Erase(i);
  }
  if (stage.keep) return;  // keep leaves errors alone
  if (SelectsAny(stage, kErrorLabel, error_)) error_.clear();
  if (SelectsAny(stage, kErrorDetailsLabel, error_details_)) error_details_.clear();
}

model::Labels LineLabels::Collect(Origin origin) const {
  Pairs pairs;
  for (const Label& label : labels_) {
    if (label.origin == origin) pairs.emplace_back(label.name, label.value);
  }
  return model::Labels::FromPairs(std::move(pairs));
}

LineLabels::Pairs LineLabels::Parsed() const {
  Pairs pairs;
  for (const Label& label : labels_) {
    if (label.origin == Origin::kParsed) pairs.emplace_back(label.name, label.value);
  }
  if (!error_.empty()) pairs.emplace_back(kErrorLabel, error_);
  // Details whose error was dropped show only on lines that have labels beside their stream's, as
  // in Loki.
  const bool bare = std::all_of(labels_.begin(), labels_.end(),
                                [](const Label& label) { return label.origin == Origin::kStream; });
  if (!error_details_.empty() && (!error_.empty() || !bare)) {
    pairs.emplace_back(kErrorDetailsLabel, error_details_);
  }
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

model::Labels LineLabels::Metric() const {
  Pairs pairs;
  pairs.reserve(labels_.size());
  for (const Label& label : labels_) pairs.emplace_back(label.name, label.value);
  return model::Labels::FromPairs(std::move(pairs));
}

}  // namespace vedette::logql
