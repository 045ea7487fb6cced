#ifndef VEDETTE_COLLECTOR_LOGQL_PIPELINE_H_
#define VEDETTE_COLLECTOR_LOGQL_PIPELINE_H_

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "base/status.h"
#include "collector/logql/log_block.h"
#include "collector/logql/parse/ast.h"
#include "collector/logql/stages/line_filter.h"
#include "collector/logql/stages/line_stage.h"
#include "collector/logql/storage.h"

namespace vedette::logql {

// A field of one line as a block's columns have it.
struct RowField {
  bool known = false;  // otherwise the line has to be looked at
  bool there = false;
  std::string_view text;
};

// A query's stages ready to run on lines. Borrows the query. One thread: it reuses its buffers.
class Pipeline {
 public:
  Pipeline() = default;
  // InvalidArgument for a stage that makes no sense. `hints`: the labels that are read of the lines
  // that are kept, and by the stages.
  static base::StatusOr<Pipeline> Make(const LogQuery& log, ParserHints hints = {});

  // False: the line is dropped. Line filters run before labels are touched.
  bool Process(const StoredLine& line);
  // Of the line processed last: what it became, until the next one or as long as it was lent.
  std::string_view line() const { return state_.line; }
  LineLabels& labels() { return state_.labels; }
  LineState* state() { return &state_; }
  // True when stages only look at the line: stream and metadata stay as they are, and `labels` are
  // not filled in.
  bool LeavesLabels() const { return leaves_labels_; }

  // --- Without the line: from labels and fields that are known of it already.

  // Whether behind line filters everything depends on labels and on FieldsRead alone.
  bool RunsOnFields() const { return runs_on_fields_; }
  const std::vector<FieldRef>& FieldsRead() const { return fields_; }
  // Whether a label of that name matters.
  bool Reads(std::string_view label) const { return hints_->Reads(label); }
  bool HasLineFilters() const;
  bool KeepsLine(std::string_view line) const;
  enum class Verdict { kDropped, kKept, kUnknown };
  // What Process does behind the line filters; `fields` are those of FieldsRead. kUnknown: it takes
  // Process to tell. Only where RunsOnFields.
  Verdict ProcessFields(const model::Labels& stream, const model::Labels& metadata,
                        std::span<const RowField> fields);

 private:
  struct Step {
    std::variant<LineFilter, LineStagePtr> run;
    std::optional<FieldParser> parser;  // of a stage whose labels are a block's fields
  };
  void NoteFields(const Stage& stage, Step* step);
  // False: not all that is wanted is known.
  bool AddFields(std::span<const RowField> fields);

  std::unique_ptr<const ParserHints> hints_;  // lent to the stages
  std::vector<Step> steps_;
  bool leaves_labels_ = true;
  bool runs_on_fields_ = true;
  std::vector<FieldRef> fields_;  // of each step with a parser, the hints' names in their order
  LineState state_;
};

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_PIPELINE_H_
