#ifndef VEDETTE_COLLECTOR_LOGQL_STAGES_LINE_LABELS_H_
#define VEDETTE_COLLECTOR_LOGQL_STAGES_LINE_LABELS_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collector/logql/parse/ast.h"
#include "model/labels.h"

namespace vedette::logql {

inline constexpr std::string_view kErrorLabel = "__error__";
inline constexpr std::string_view kErrorDetailsLabel = "__error_details__";

// The labels of one line on its way through a pipeline: index labels, structured metadata and what
// parsers found, each name once. Where names clash the first of (stream, metadata, parsed) keeps
// the name and the other goes by NAME_extracted. One thread; reused from line to line.
class LineLabels {
 public:
  using Pairs = std::vector<std::pair<std::string, std::string>>;

  void Reset(const model::Labels& stream, const model::Labels& metadata);

  std::optional<std::string_view> Get(std::string_view name) const;
  // The first value of a name stays.
  void AddParsed(std::string_view name, std::string_view value);
  // The first error stays.
  void SetError(std::string_view error, std::string_view details);
  bool HasError() const { return !error_.empty(); }
  const std::string& error() const { return error_; }
  void Apply(const DropKeepStage& stage);

  model::Labels Stream() const { return Collect(Origin::kStream); }
  model::Labels Metadata() const { return Collect(Origin::kMetadata); }
  Pairs Parsed() const;  // sorted, errors included, empty values too
  // Everything but errors, as the labels of a metric.
  model::Labels Metric() const;

 private:
  enum class Origin { kStream, kMetadata, kParsed };
  struct Label {
    std::string name;
    std::string value;
    Origin origin;
  };
  const Label* Find(std::string_view name) const;
  model::Labels Collect(Origin origin) const;

  std::vector<Label> labels_;
  std::string error_;
  std::string error_details_;
};

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_STAGES_LINE_LABELS_H_
