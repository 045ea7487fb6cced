#ifndef VEDETTE_COLLECTOR_REMOTE_SERIES_TABLE_H_
#define VEDETTE_COLLECTOR_REMOTE_SERIES_TABLE_H_

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/strings.h"
#include "collector/remote/label_shaper.h"
#include "model/labels.h"
#include "model/sample.h"

namespace vedette::remote {

using Families = std::vector<std::pair<std::string, model::Metadata>>;

// The series of one epoch of the log, by their numbers: where each goes and what stands for its
// labels in a request, made once a series. One thread.
class SeriesTable {
 public:
  static constexpr uint32_t kDropped = UINT32_MAX;
  struct Entry {
    uint32_t shard = kDropped;
    uint32_t family = 0;  // 2.0
    uint32_t size = 0;    // bytes of 1.0, symbols of 2.0
    uint64_t at = 0;
  };
  // What 2.0 says of a metric family; type 0 and empty texts where nothing is known.
  struct Family {
    uint32_t type = 0;
    uint32_t help = 0;
    uint32_t unit = 0;
  };

  SeriesTable(const LabelShaper* shaper, bool is_v2, uint32_t shards)
      : shaper_(shaper), is_v2_(is_v2), shards_(shards) {
    StartEpoch();
  }

  void StartEpoch();
  // `number` is the series' in the epoch, as model::SampleRecord names it.
  void Add(uint32_t number, const model::Labels& labels);
  size_t size() const { return entries_.size(); }
  const Entry& operator[](uint32_t number) const { return entries_[number]; }
  uint32_t ShardOf(const model::Labels& shaped) const {
    return static_cast<uint32_t>(shaped.Hash() % shards_);
  }

  // 1.0: the fields of labels of a TimeSeries.
  std::string_view LabelFields(const Entry& entry) const {
    return std::string_view(label_fields_).substr(entry.at, entry.size);
  }
  // 2.0: numbers of texts, name and value by turns. Number 0 is the empty text.
  std::span<const uint32_t> Symbols(const Entry& entry) const {
    return std::span(symbol_refs_).subspan(entry.at, entry.size);
  }
  std::string_view SymbolText(uint32_t symbol) const { return symbols_[symbol]; }
  size_t symbols() const { return symbols_.size(); }
  // True if it has a number.
  bool FindSymbol(std::string_view text, uint32_t* symbol) const;
  const Family& FamilyOf(const Entry& entry) const { return families_[entry.family]; }

  // 2.0: what is known of families from now on, by name.
  void SetFamilies(const Families& families);

 private:
  uint32_t SymbolOf(std::string_view text);
  uint32_t FamilyIndex(std::string_view metric);
  Family Lookup(std::string_view metric);

  const LabelShaper* const shaper_;
  const bool is_v2_;
  const uint32_t shards_;
  std::vector<Entry> entries_;
  std::string label_fields_;
  std::vector<uint32_t> symbol_refs_;
  std::deque<std::string> symbols_;  // where they lie does not change
  absl::flat_hash_map<std::string_view, uint32_t> symbol_numbers_;
  base::StringMap<uint32_t> family_numbers_;  // by metric
  std::vector<Family> families_;
  base::StringMap<model::Metadata> known_;  // by family
};

// The fields `number` of labels as 1.0 has them.
void AppendLabelFields(uint32_t number, const model::Labels& labels, std::string* out);

}  // namespace vedette::remote

#endif  // VEDETTE_COLLECTOR_REMOTE_SERIES_TABLE_H_
