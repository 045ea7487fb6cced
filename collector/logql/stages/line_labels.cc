#include "collector/logql/stages/line_labels.h"

#include <algorithm>

namespace vedette::logql {
namespace {

constexpr std::string_view kClashSuffix = "_extracted";

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
  if (name == kErrorLabel && HasError()) return error_;
  if (name == kErrorDetailsLabel && HasError()) return error_details_;
  const Label* const label = Find(name);
  return label == nullptr ? std::nullopt : std::optional<std::string_view>(label->value);
}

void LineLabels::AddParsed(std::string_view name, std::string_view value) {
  std::string own(name);
  const Label* clash = Find(own);
  if (clash != nullptr && clash->origin != Origin::kParsed) {
    own += kClashSuffix;
    clash = Find(own);
  }
  if (clash == nullptr) {
    labels_.push_back({std::move(own), std::string(value), Origin::kParsed});
  } else if (clash->origin != Origin::kParsed) {
    // Metadata that went by NAME_extracted gives way to what was parsed.
    labels_[static_cast<size_t>(clash - labels_.data())] = {std::move(own), std::string(value),
                                                            Origin::kParsed};
  }
}

void LineLabels::SetError(std::string_view error, std::string_view details) {
  if (HasError()) return;
  error_ = error;
  error_details_ = details;
}

void LineLabels::Apply(const DropKeepStage& stage) {
  std::erase_if(labels_, [&](const Label& label) {
    return SelectsAny(stage, label.name, label.value) != stage.keep;
  });
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
