#ifndef VEDETTE_COLLECTOR_LOGQL_STAGES_LINE_LABELS_H_
#define VEDETTE_COLLECTOR_LOGQL_STAGES_LINE_LABELS_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "collector/logql/parse/stage_ast.h"
#include "model/labels.h"

namespace vedette::logql {

inline constexpr std::string_view kErrorLabel = "__error__";
inline constexpr std::string_view kErrorDetailsLabel = "__error_details__";
// What stages make of one line's labels, names and values together; more is left out and the line
// in error.
inline constexpr size_t kMaxMadeLabelBytes = 8 << 20;
inline constexpr std::string_view kLabelLimitError = "LabelLimitErr";
// What a parsed or metadata label's name ends in where another has the name itself.
inline constexpr std::string_view kClashSuffix = "_extracted";

// The labels of one line on its way through a pipeline: index labels, structured metadata and what
// parsers found, each name once. Where names clash the first of (stream, metadata, parsed) keeps
// the name and the other goes by NAME_extracted. One thread; reused from line to line.
class LineLabels {
 public:
  using Pairs = std::vector<std::pair<std::string, std::string>>;

  void Reset(const model::Labels& stream, const model::Labels& metadata);

  // Errors are not among them.
  std::optional<std::string_view> Get(std::string_view name) const;
  // Whether a label of the stream or of the metadata has the name, or had it before a stage took it
  // away.
  bool Clashes(std::string_view name) const;
  // What a parser found. The first value of a name stays, even after the label was dropped.
  void AddParsed(std::string_view name, std::string_view value);
  bool WasParsed(std::string_view name) const;
  // label_format: in place of whatever has the name.
  void Set(std::string_view name, std::string_view value);
  // More than kMaxMadeLabelBytes were asked for since Reset.
  bool Overflown() const { return made_bytes_ > kMaxMadeLabelBytes; }
  void Delete(std::string_view name);
  void Apply(const DropKeepStage& stage);

  // Without `details` those that are there stay.
  void SetError(std::string_view error, std::optional<std::string_view> details = std::nullopt);
  bool HasError() const { return !error_.empty(); }
  const std::string& error() const { return error_; }

  model::Labels Stream() const { return Collect(Origin::kStream); }
  model::Labels Metadata() const { return Collect(Origin::kMetadata); }
  Pairs Parsed() const;  // sorted, errors included, empty values too
  // Everything but errors, as the labels of a metric.
  model::Labels Metric() const;
  // Calls `visit(name, value)` for all of them, errors last, as templates see them.
  template <typename Visit>
  void EachWithErrors(const Visit& visit) const {
    for (const Label& label : All()) {
      if (label.there) visit(label.name, label.value);
    }
    if (!error_.empty()) visit(kErrorLabel, error_);
    if (!error_details_.empty()) visit(kErrorDetailsLabel, error_details_);
  }

 private:
  enum class Origin : uint8_t { kStream, kMetadata, kParsed };
  // One a name. A label that was deleted or replaced stays known by what it was.
  struct Label {
    std::string name;
    std::string value;
    Origin origin = Origin::kParsed;
    bool there = false;
    bool was_base = false;  // of the stream or the metadata
    bool was_parsed = false;
  };
  std::span<const Label> All() const { return {labels_.data(), size_}; }
  const Label* Find(std::string_view name) const;
  Label* Find(std::string_view name);
  Label* Make(std::string_view name);
  void AddBase(std::string_view name, std::string_view value, Origin origin);
  void AppendOf(Origin origin, Pairs* pairs) const;
  model::Labels Collect(Origin origin) const;

  // Lines mostly have a dozen labels, which are found by looking at each; hostile ones thousands.
  static constexpr size_t kIndexFrom = 32;

  std::vector<Label> labels_;  // those from size_ on are kept for their memory
  size_t size_ = 0;
  base::StringMap<size_t> index_;  // of labels_[kIndexFrom] and on
  std::string error_;
  std::string error_details_;
  size_t made_bytes_ = 0;
};

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_STAGES_LINE_LABELS_H_
