#include "collector/logql/sample_extractor.h"

#include <utility>

#include "base/strings.h"
#include "collector/logql/parse/units.h"
#include "collector/logql/template/line_template.h"

namespace vedette::logql {
namespace {

constexpr std::string_view kExtractionError = "SampleExtractionErr";

void AddTemplateFields(const std::string& text, std::vector<std::string>* names) {
  const auto made = LineTemplate::Parse("line", text);
  if (!made.ok()) return;  // Pipeline::Make says so
  const std::vector<std::string> fields = made->FieldNames();
  names->insert(names->end(), fields.begin(), fields.end());
}

// The labels that stages read by name.
std::vector<std::string> LabelsRead(const LogQuery& log) {
  std::vector<std::string> names;
  for (const Stage& stage : log.stages) {
    if (const auto* filter = std::get_if<LabelFilterStage>(&stage)) {
      AddLabelsRead(*filter->filter, &names);
    } else if (const auto* line = std::get_if<LineFormatStage>(&stage)) {
      AddTemplateFields(line->text, &names);
    } else if (const auto* labels = std::get_if<LabelFormatStage>(&stage)) {
      for (const LabelFormatStage::Item& item : labels->items) {
        item.rename ? names.push_back(item.value) : AddTemplateFields(item.value, &names);
      }
    }
  }
  return names;
}

std::optional<double> Convert(Unwrap::Conversion conversion, std::string_view text) {
  if (conversion == Unwrap::Conversion::kNone) return base::ParseDouble(text);
  if (conversion == Unwrap::Conversion::kBytes) return ParseBytes(text);
  const auto nanos = ParseGoDuration(text);
  if (!nanos) return std::nullopt;
  return static_cast<double>(*nanos) / 1e9;
}

std::string WhyNot(Unwrap::Conversion conversion, std::string_view text) {
  if (conversion == Unwrap::Conversion::kNone) {
    return base::Concat({"strconv.ParseFloat: parsing ", base::GoQuote(text), ": invalid syntax"});
  }
  return conversion == Unwrap::Conversion::kBytes ? WhyNoBytes(text) : WhyNoDuration(text);
}

base::Status ErrorLeft(const LineLabels& labels) {
  std::vector<std::pair<std::string, std::string>> all;
  labels.EachWithErrors(
      [&](std::string_view name, std::string_view value) { all.emplace_back(name, value); });
  const std::string& error = labels.error();
  return base::InvalidArgument(base::Concat(
      {"pipeline error: '", error, "' for series: '",
       model::Labels::FromPairs(std::move(all)).ToString(),
       "'.\nUse a label filter to intentionally skip this error. (e.g | __error__!=\"", error,
       "\").\nTo skip all potential errors you can match empty errors.(e.g __error__=\"\")\n"
       "The label filter can also be specified after unwrap. (e.g | unwrap latency | "
       "__error__=\"\" )\n"}));
}

}  // namespace

base::StatusOr<SampleExtractor> SampleExtractor::Make(const RangeAggregation& range,
                                                      const Grouping* grouping) {
  SampleExtractor made(range);
  made.SetGrouping(grouping);
  VEDETTE_ASSIGN_OR_RETURN(made.pipeline_, Pipeline::Make(range.log, made.Hints()));
  if (!range.unwrap) return made;
  for (const LabelFilterPtr& filter : range.unwrap->filters) {
    VEDETTE_ASSIGN_OR_RETURN(LineStagePtr ready, LabelFilterRun::Make(*filter));
    made.filters_.push_back(std::move(ready));
  }
  return made;
}

// The label that is unwrapped is none of the series', unless it is asked for.
void SampleExtractor::SetGrouping(const Grouping* grouping) {
  if (range_->grouping) grouping_ = range_->grouping;
  if (grouping != nullptr) grouping_ = *grouping;
  one_series_ = range_->op == RangeOp::kAbsentOverTime || (grouping_ && grouping_->OneGroup());
  if (!range_->unwrap || (grouping_ && !grouping_->without)) return;
  if (!grouping_) grouping_ = Grouping{true, {}};
  grouping_->labels.push_back(range_->unwrap->label);
}

ParserHints SampleExtractor::Hints() const {
  const bool all = !one_series_ && (!grouping_ || grouping_->without);
  if (all) return {};
  std::vector<std::string> names = LabelsRead(range_->log);
  if (grouping_ && !one_series_) {
    names.insert(names.end(), grouping_->labels.begin(), grouping_->labels.end());
  }
  if (range_->unwrap) {
    names.push_back(range_->unwrap->label);
    for (const LabelFilterPtr& filter : range_->unwrap->filters) AddLabelsRead(*filter, &names);
  }
  return names.empty() ? ParserHints::Nothing() : ParserHints::Only(names);
}

std::optional<double> SampleExtractor::Unwrapped() {
  LineLabels& labels = pipeline_.labels();
  const std::string text(labels.Get(range_->unwrap->label).value_or(""));
  if (text.empty()) return std::nullopt;
  const auto value = Convert(range_->unwrap->conversion, text);
  if (!value) labels.SetError(kExtractionError, WhyNot(range_->unwrap->conversion, text));
  for (const LineStagePtr& filter : filters_) {
    if (!filter->Process(pipeline_.state())) return std::nullopt;
  }
  return value.value_or(0);
}

base::StatusOr<std::optional<double>> SampleExtractor::Extract(const StoredLine& line) {
  line_ = pipeline_.LeavesLabels() ? &line : nullptr;
  if (!pipeline_.Process(line)) return std::nullopt;
  std::optional<double> value = 1;
  if (range_->unwrap) {
    FillLabels();
    value = Unwrapped();
    if (!value) return value;
  } else if (CountsBytes()) {
    value = static_cast<double>(pipeline_.line().size());
  }
  if (!LeavesLabels() && pipeline_.labels().HasError()) return ErrorLeft(pipeline_.labels());
  return value;
}

base::StatusOr<SampleExtractor::FieldSample> SampleExtractor::ExtractFields(
    const model::Labels& stream, const model::Labels& metadata, std::span<const RowField> fields) {
  line_ = nullptr;
  FieldSample sample{pipeline_.ProcessFields(stream, metadata, fields), 1};
  if (sample.verdict != Pipeline::Verdict::kKept) return sample;
  if (range_->unwrap) {
    const auto value = Unwrapped();
    if (!value) return FieldSample{};
    sample.value = *value;
  }
  if (pipeline_.labels().HasError()) return ErrorLeft(pipeline_.labels());
  return sample;
}

// Those of a line that no stage looked at the labels of.
void SampleExtractor::FillLabels() {
  if (line_ != nullptr) pipeline_.labels().Reset(*line_->stream, *line_->metadata);
  line_ = nullptr;
}

model::Labels SampleExtractor::Metric() {
  if (one_series_) return {};
  FillLabels();
  model::Labels metric = pipeline_.labels().Metric();
  if (!grouping_ || (grouping_->without && grouping_->labels.empty())) return metric;
  return grouping_->without ? metric.Without(grouping_->labels) : metric.Keep(grouping_->labels);
}

}  // namespace vedette::logql
