#include "collector/logql/pipeline.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "collector/logql/stage_traits.h"

namespace vedette::logql {
namespace {

using StageList = std::vector<const Stage*>;

bool IsLineFilter(const Stage* stage) { return std::holds_alternative<LineFilterStage>(*stage); }

bool ChangesLine(const Stage* stage) {
  return std::holds_alternative<LineFormatStage>(*stage) ||
         std::holds_alternative<UnpackStage>(*stage) ||
         std::holds_alternative<DecolorizeStage>(*stage);
}

// Neither the line nor its time: templates may read either.
bool SeesLabelsAlone(const Stage& stage) {
  if (const auto* format = std::get_if<LabelFormatStage>(&stage)) {
    return std::all_of(format->items.begin(), format->items.end(),
                       [](const auto& item) { return item.rename; });
  }
  return std::holds_alternative<LabelFilterStage>(stage) ||
         std::holds_alternative<DropKeepStage>(stage);
}

// Substring searches first, then what is dearer: none of them changes anything.
int Cost(const Stage* stage) {
  if (!IsLineFilter(stage)) return 2;
  const LineFilterStage& filter = std::get<LineFilterStage>(*stage);
  const bool substring =
      filter.op == LineFilterOp::kContains || filter.op == LineFilterOp::kNotContains;
  return substring && !filter.operands[0].ip ? 0 : 1;
}

// Line filters go before the stages that stand between them and the last label filter, line_format
// or unpack before them: decolorize is none of these, so that filters behind it see colours, as in
// Loki.
StageList InLokisOrder(const std::vector<Stage>& stages) {
  StageList ordered;
  auto group = ordered.size();
  for (const Stage& stage : stages) {
    if (IsLineFilter(&stage)) {
      ordered.insert(ordered.begin() + static_cast<std::ptrdiff_t>(group++), &stage);
      continue;
    }
    ordered.push_back(&stage);
    const bool ends_group = std::holds_alternative<LabelFilterStage>(stage) ||
                            std::holds_alternative<LineFormatStage>(stage) ||
                            std::holds_alternative<UnpackStage>(stage);
    if (ends_group) group = ordered.size();
  }
  return ordered;
}

StageList Ordered(const std::vector<Stage>& stages) {
  StageList ordered = InLokisOrder(stages);
  const auto changed = std::find_if(ordered.begin(), ordered.end(), ChangesLine);
  std::stable_sort(ordered.begin(), changed,
                   [](const Stage* a, const Stage* b) { return Cost(a) < Cost(b); });
  return ordered;
}

}  // namespace

base::StatusOr<Pipeline> Pipeline::Make(const LogQuery& log, ParserHints hints) {
  Pipeline pipeline;
  pipeline.hints_ = std::make_unique<const ParserHints>(std::move(hints));
  for (const Stage* const stage : Ordered(log.stages)) {
    if (const auto* filter = std::get_if<LineFilterStage>(stage)) {
      VEDETTE_ASSIGN_OR_RETURN(LineFilter ready, LineFilter::Make(*filter));
      pipeline.steps_.push_back({std::move(ready), std::nullopt});
      continue;
    }
    VEDETTE_ASSIGN_OR_RETURN(LineStagePtr ready, MakeLineStage(*stage, *pipeline.hints_));
    pipeline.steps_.push_back({std::move(ready), std::nullopt});
    pipeline.leaves_labels_ = false;
    pipeline.NoteFields(*stage, &pipeline.steps_.back());
  }
  return pipeline;
}

bool Pipeline::Process(const StoredLine& line) {
  state_.line = line.line;
  state_.timestamp_ns = line.timestamp_ns;
  bool labels_ready = false;
  for (const Step& step : steps_) {
    if (const auto* filter = std::get_if<LineFilter>(&step.run)) {
      if (!filter->Keeps(state_.line)) return false;
      continue;
    }
    if (!labels_ready) state_.labels.Reset(*line.stream, *line.metadata);
    labels_ready = true;
    if (!std::get<LineStagePtr>(step.run)->Process(&state_)) return false;
  }
  return true;
}

void Pipeline::NoteFields(const Stage& stage, Step* step) {
  step->parser = ParserOfStage(stage);
  if (!step->parser) {
    runs_on_fields_ = runs_on_fields_ && SeesLabelsAlone(stage);
    return;
  }
  // A name with the suffix may be a field's own or come of a clash: who was first the line tells.
  const bool names =
      hints_->IsFinite() &&
      std::none_of(hints_->names().begin(), hints_->names().end(),
                   [](const auto& name) { return base::EndsWith(name, kClashSuffix); });
  runs_on_fields_ = runs_on_fields_ && names;
  if (!names) return;
  for (const std::string& name : hints_->names()) fields_.push_back({*step->parser, name});
}

bool Pipeline::HasLineFilters() const {
  return std::any_of(steps_.begin(), steps_.end(),
                     [](const Step& step) { return std::holds_alternative<LineFilter>(step.run); });
}

bool Pipeline::KeepsLine(std::string_view line) const {
  return std::all_of(steps_.begin(), steps_.end(), [line](const Step& step) {
    const auto* filter = std::get_if<LineFilter>(&step.run);
    return filter == nullptr || filter->Keeps(line);
  });
}

bool Pipeline::AddFields(std::span<const RowField> fields) {
  // A field is known of sound lines alone. One has to be: a parser that looks for what it never
  // finds reads all of the line, and may find it broken.
  bool sound = false;
  for (size_t i = 0; i < fields.size(); ++i) {
    const std::string& name = hints_->names()[i];
    sound = sound || fields[i].known;
    // It would go by another name, which nobody reads.
    if (state_.labels.Clashes(name)) continue;
    if (!fields[i].known) return false;
    if (fields[i].there) state_.labels.AddParsed(name, fields[i].text);
  }
  return sound;
}

Pipeline::Verdict Pipeline::ProcessFields(const model::Labels& stream,
                                          const model::Labels& metadata,
                                          std::span<const RowField> fields) {
  state_.line = {};
  state_.timestamp_ns = 0;
  state_.labels.Reset(stream, metadata);
  for (const Step& step : steps_) {
    if (std::holds_alternative<LineFilter>(step.run)) continue;
    if (step.parser) {
      const auto own = fields.first(hints_->names().size());
      fields = fields.subspan(own.size());
      if (!hints_->Done(state_.labels) && !AddFields(own)) return Verdict::kUnknown;
    } else if (!std::get<LineStagePtr>(step.run)->Process(&state_)) {
      return Verdict::kDropped;
    }
  }
  return Verdict::kKept;
}

}  // namespace vedette::logql
