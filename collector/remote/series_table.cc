#include "collector/remote/series_table.h"

#include <array>
#include <optional>

#include "base/codec/bytes.h"
#include "model/metadata_wire.h"
#include "model/wire_fields.h"

namespace vedette::remote {
namespace {

size_t VarintSize(uint64_t v) {
  size_t n = 1;
  for (; v >= 0x80; v >>= 7) ++n;
  return n;
}

void AppendField(uint32_t number, std::string_view text, std::string* out) {
  out->push_back(static_cast<char>(model::BytesTag(number)));
  base::PutString(text, out);
}

// What follows a family's name in those of its series.
constexpr std::array<std::string_view, 5> kSuffixes = {"_bucket", "_count", "_sum", "_total",
                                                       "_created"};

}  // namespace

void AppendLabelFields(uint32_t number, const model::Labels& labels, std::string* out) {
  for (const model::LabelView& label : labels) {
    const size_t size = 2 + VarintSize(label.name.size()) + label.name.size() +
                        VarintSize(label.value.size()) + label.value.size();
    out->push_back(static_cast<char>(model::BytesTag(number)));
    base::PutVarint(size, out);
    AppendField(model::v1::kLabelName, label.name, out);
    AppendField(model::v1::kLabelValue, label.value, out);
  }
}

void SeriesTable::StartEpoch() {
  entries_.clear();
  label_fields_.clear();
  symbol_refs_.clear();
  symbol_numbers_.clear();
  symbols_.clear();
  family_numbers_.clear();
  families_.assign(1, Family());
  SymbolOf("");
}

void SeriesTable::Add(uint32_t number, const model::Labels& labels) {
  if (number >= entries_.size()) entries_.resize(number + size_t{1});
  Entry& entry = entries_[number];
  const std::optional<model::Labels> shaped = shaper_->Shape(labels);
  if (!shaped) return;
  entry.shard = ShardOf(*shaped);
  if (!is_v2_) {
    entry.at = label_fields_.size();
    AppendLabelFields(model::v1::kSeriesLabels, *shaped, &label_fields_);
    entry.size = static_cast<uint32_t>(label_fields_.size() - entry.at);
    return;
  }
  entry.at = symbol_refs_.size();
  for (const model::LabelView& label : *shaped) {
    symbol_refs_.push_back(SymbolOf(label.name));
    symbol_refs_.push_back(SymbolOf(label.value));
  }
  entry.size = static_cast<uint32_t>(symbol_refs_.size() - entry.at);
  entry.family = FamilyIndex(shaped->MetricName());
}

uint32_t SeriesTable::SymbolOf(std::string_view text) {
  const auto known = symbol_numbers_.find(text);
  if (known != symbol_numbers_.end()) return known->second;
  const auto number = static_cast<uint32_t>(symbols_.size());
  symbol_numbers_.emplace(symbols_.emplace_back(text), number);
  return number;
}

bool SeriesTable::FindSymbol(std::string_view text, uint32_t* symbol) const {
  const auto known = symbol_numbers_.find(text);
  if (known == symbol_numbers_.end()) return false;
  *symbol = known->second;
  return true;
}

uint32_t SeriesTable::FamilyIndex(std::string_view metric) {
  if (metric.empty()) return 0;
  const auto known = family_numbers_.find(metric);
  if (known != family_numbers_.end()) return known->second;
  const auto number = static_cast<uint32_t>(families_.size());
  family_numbers_.emplace(std::string(metric), number);
  families_.push_back(Lookup(metric));
  return number;
}

// By the metric's own name, else by that of the family whose part it is.
SeriesTable::Family SeriesTable::Lookup(std::string_view metric) {
  auto known = known_.find(metric);
  for (const std::string_view suffix : kSuffixes) {
    if (known != known_.end() || !base::EndsWith(metric, suffix)) continue;
    known = known_.find(metric.substr(0, metric.size() - suffix.size()));
  }
  if (known == known_.end()) return {};
  return {model::wire::TypeNumber(known->second.type), SymbolOf(known->second.help),
          SymbolOf(known->second.unit)};
}

void SeriesTable::SetFamilies(const Families& families) {
  known_.clear();
  for (const auto& [name, metadata] : families) known_.emplace(name, metadata);
  for (const auto& [metric, number] : family_numbers_) families_[number] = Lookup(metric);
}

}  // namespace vedette::remote
