#include "collector/logql/block_tally.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/strings.h"
#include "collector/logql/stages/line_labels.h"

namespace vedette::logql {
namespace {

// Rows that cost nothing, between two looks at the clock.
constexpr size_t kCheckRows = 4096;
// Lines of a block that are put together one by one.
constexpr size_t kSingleLines = 64;

}  // namespace

BlockTally::BlockTally(const RangeAggregation& range, const Grid& grid, bool by_lines,
                       Budget* budget, SampleExtractor extractor)
    : budget_(budget),
      counts_(CountsLines(range)),
      by_lines_(by_lines || !extractor.pipeline().RunsOnFields()),
      extractor_(std::move(extractor)),
      filters_lines_(extractor_.pipeline().HasLineFilters()),
      tally_(range, grid, budget) {}

base::StatusOr<std::unique_ptr<BlockTally>> BlockTally::Make(const RangeAggregation& range,
                                                             const Grid& grid,
                                                             const Grouping* grouping,
                                                             bool by_lines, Budget* budget) {
  VEDETTE_ASSIGN_OR_RETURN(SampleExtractor extractor, SampleExtractor::Make(range, grouping));
  return std::unique_ptr<BlockTally>(
      new BlockTally(range, grid, by_lines, budget, std::move(extractor)));
}

base::Status BlockTally::Take(LogBlock* block) {
  const base::Status taken = TakeRows(block);
  return absl::IsDataLoss(taken) ? base::Status() : taken;
}

base::Status BlockTally::TakeRows(LogBlock* block) {
  columns_.times = {};
  columns_.metadata = {};
  VEDETTE_ASSIGN_OR_RETURN(columns_.streams, block->Streams());
  bool known = !by_lines_;
  if (known) {
    VEDETTE_ASSIGN_OR_RETURN(known, ReadFields(block));
  }
  RowLines lines(block, kSingleLines);
  kept_ = 0;
  VEDETTE_RETURN_IF_ERROR(known ? TakeByFields(block, &lines) : TakeByLines(block, &lines));
  budget_->Keep(kept_);
  return budget_->ChargeScan(block->rows(), lines.bytes());
}

base::Status BlockTally::LoadTimes(LogBlock* block) {
  if (columns_.times.empty()) {
    VEDETTE_ASSIGN_OR_RETURN(columns_.times, block->Times());
  }
  return {};
}

base::Status BlockTally::LoadMetadata(LogBlock* block) {
  if (columns_.metadata.rows.empty()) {
    VEDETTE_ASSIGN_OR_RETURN(columns_.metadata, block->Metadata());
  }
  return {};
}

base::Status BlockTally::TakeByLines(LogBlock* block, RowLines* lines) {
  VEDETTE_RETURN_IF_ERROR(LoadTimes(block));
  VEDETTE_RETURN_IF_ERROR(LoadMetadata(block));
  VEDETTE_RETURN_IF_ERROR(lines->All());
  for (size_t row = 0; row < columns_.times.size(); ++row) {
    if (row % kCheckLines == 0 || !extractor_.LeavesLabels()) {
      VEDETTE_RETURN_IF_ERROR(budget_->Check());
    }
    VEDETTE_ASSIGN_OR_RETURN(const std::string_view line, lines->At(row));
    VEDETTE_RETURN_IF_ERROR(TakeLine(row, line));
  }
  return {};
}

base::Status BlockTally::TakeLine(size_t row, std::string_view line) {
  if (tally_.PointsOf(columns_.times[row]).empty()) return {};
  const StoredLine stored{columns_.times[row], line, &columns_.StreamOf(row),
                          &columns_.MetadataOf(row)};
  VEDETTE_ASSIGN_OR_RETURN(const std::optional<double> value, extractor_.Extract(stored));
  if (!value) return {};
  VEDETTE_ASSIGN_OR_RETURN(const uint32_t series, tally_.SeriesOf(extractor_.Metric()));
  // The pipeline may have changed the line: its length is the value.
  const double amount = counts_ && !extractor_.CountsBytes() ? 1 : *value;
  ++kept_;
  if (!counts_) return tally_.AddValue(series, columns_.times[row], amount);
  tally_.Count(series, tally_.PointsOf(columns_.times[row]), 1, static_cast<int64_t>(amount));
  return {};
}

// A stream with a label of that name keeps it: nobody asks for the field.
bool BlockTally::AllClash(const FieldRef& field) const {
  return std::all_of(columns_.streams.table.begin(), columns_.streams.table.end(),
                     [&](const model::Labels* stream) { return stream->Has(field.label); });
}

base::StatusOr<bool> BlockTally::ReadFields(LogBlock* block) {
  const std::vector<FieldRef>& refs = extractor_.pipeline().FieldsRead();
  columns_.fields.assign(refs.size(), {});
  std::optional<FieldParser> read;
  for (size_t i = 0; i < refs.size(); ++i) {
    // Of each parser one field is read at least: it tells which lines are sound.
    const bool last = i + 1 == refs.size() || refs[i + 1].parser != refs[i].parser;
    if (AllClash(refs[i]) && (read == refs[i].parser || !last)) continue;
    VEDETTE_ASSIGN_OR_RETURN(columns_.fields[i], block->Values(refs[i]));
    if (columns_.fields[i].rows.empty()) return false;
    read = refs[i].parser;
  }
  const auto matters = [this](std::string_view name) { return Matters(name); };
  if (block->MetadataMayHave(matters)) VEDETTE_RETURN_IF_ERROR(LoadMetadata(block));
  GroupRows(block->rows());
  return true;
}

// Whether anybody reads a label, by its name or by what it is called after a clash.
bool BlockTally::Matters(std::string_view name) const {
  const Pipeline& pipeline = extractor_.pipeline();
  return pipeline.Reads(name) || pipeline.Reads(base::Concat({name, kClashSuffix}));
}

bool BlockTally::Matters(const model::Labels& metadata) const {
  for (const model::LabelView& label : metadata) {
    if (Matters(label.name)) return true;
  }
  return false;
}

void BlockTally::GroupRows(size_t rows) {
  groups_.Reset(rows);
  groups_.Split(columns_.streams.rows, columns_.streams.table.size());
  by_stream_ = true;
  // All metadata that does not matter is one.
  std::vector<uint32_t> classes;
  for (const model::Labels* metadata : columns_.metadata.table) {
    classes.push_back(Matters(*metadata) ? static_cast<uint32_t>(classes.size() + 1) : 0);
    by_stream_ = by_stream_ && classes.back() == 0;
  }
  if (!by_stream_) {
    metadata_classes_.resize(rows);
    for (size_t row = 0; row < rows; ++row) {
      metadata_classes_[row] = classes[columns_.metadata.rows[row]];
    }
    groups_.Split(metadata_classes_, classes.size() + 1);
  }
  for (const FieldValues& values : columns_.fields) {
    if (values.rows.empty()) continue;
    groups_.Split(values.rows, values.table.size(), kUnknownField);
    by_stream_ = false;
  }
  outcomes_.assign(groups_.size(), {});
}

base::Status BlockTally::Decide(size_t row, Outcome* outcome) {
  const model::Labels& stream = columns_.StreamOf(row);
  if (by_stream_) {
    const auto known = stream_outcomes_.find(&stream);
    if (known != stream_outcomes_.end()) {
      *outcome = known->second;
      return {};
    }
  }
  row_fields_.clear();
  for (const FieldValues& values : columns_.fields) {
    const uint32_t index = values.rows.empty() ? kUnknownField : values.rows[row];
    const bool there = index < values.table.size();
    row_fields_.push_back(
        {there || index == kAbsentField, there, there ? values.table[index] : std::string_view()});
  }
  VEDETTE_ASSIGN_OR_RETURN(const SampleExtractor::FieldSample sample,
                           extractor_.ExtractFields(stream, columns_.MetadataOf(row), row_fields_));
  if (sample.verdict == Pipeline::Verdict::kDropped) outcome->kind = Outcome::Kind::kDropped;
  if (sample.verdict == Pipeline::Verdict::kUnknown) outcome->kind = Outcome::Kind::kLookAtLine;
  if (sample.verdict == Pipeline::Verdict::kKept) {
    outcome->kind = Outcome::Kind::kSample;
    outcome->value = sample.value;
    VEDETTE_ASSIGN_OR_RETURN(outcome->series, tally_.SeriesOf(extractor_.Metric()));
  }
  if (by_stream_) stream_outcomes_.emplace(&stream, *outcome);
  return {};
}

base::Status BlockTally::Add(size_t row, const Outcome& outcome, std::string_view line) {
  ++kept_;
  const int64_t time = columns_.times[row];
  if (!counts_) return tally_.AddValue(outcome.series, time, outcome.value);
  const auto amount = extractor_.CountsBytes() ? static_cast<int64_t>(line.size()) : int64_t{1};
  tally_.Count(outcome.series, tally_.PointsOf(time), 1, amount);
  return {};
}

base::Status BlockTally::TakeGroup(uint32_t group, PointRange points) {
  Outcome& outcome = outcomes_[group];
  VEDETTE_RETURN_IF_ERROR(Decide(first_rows_[group], &outcome));
  if (outcome.kind != Outcome::Kind::kSample) return {};
  kept_ += static_cast<uint64_t>(tallies_[group]);
  tally_.Count(outcome.series, points, tallies_[group], tallies_[group]);
  return {};
}

base::Status BlockTally::TakeTogether(PointRange points, LogBlock* block, RowLines* lines) {
  if (points.empty()) return {};
  tallies_.assign(groups_.size(), 0);
  first_rows_.clear();
  for (size_t row = 0; row < block->rows(); ++row) {
    const uint32_t group = groups_.Of(row);
    if (group == first_rows_.size()) first_rows_.push_back(row);  // numbered as they are met
    ++tallies_[group];
  }
  bool look = false;
  for (uint32_t group = 0; group < first_rows_.size(); ++group) {
    if (group % kCheckLines == 0) VEDETTE_RETURN_IF_ERROR(budget_->Check());
    VEDETTE_RETURN_IF_ERROR(TakeGroup(group, points));
    look = look || outcomes_[group].kind == Outcome::Kind::kLookAtLine;
  }
  if (!look) return {};
  VEDETTE_RETURN_IF_ERROR(LoadTimes(block));
  VEDETTE_RETURN_IF_ERROR(LoadMetadata(block));
  for (size_t row = 0; row < block->rows(); ++row) {
    if (outcomes_[groups_.Of(row)].kind != Outcome::Kind::kLookAtLine) continue;
    VEDETTE_RETURN_IF_ERROR(budget_->Check());
    VEDETTE_ASSIGN_OR_RETURN(const std::string_view line, lines->At(row));
    VEDETTE_RETURN_IF_ERROR(TakeLine(row, line));
  }
  return {};
}

base::Status BlockTally::TakeByFields(LogBlock* block, RowLines* lines) {
  const bool needs_lines = filters_lines_ || extractor_.CountsBytes();
  if (counts_ && !needs_lines) {
    const auto points = tally_.PointsOfAll(block->min_ns(), block->max_ns());
    if (points) return TakeTogether(*points, block, lines);
  }
  VEDETTE_RETURN_IF_ERROR(LoadTimes(block));
  if (needs_lines) VEDETTE_RETURN_IF_ERROR(lines->All());
  for (size_t row = 0; row < columns_.times.size(); ++row) {
    if (row % (needs_lines ? kCheckLines : kCheckRows) == 0) {
      VEDETTE_RETURN_IF_ERROR(budget_->Check());
    }
    if (tally_.PointsOf(columns_.times[row]).empty()) continue;
    std::string_view line;
    if (needs_lines) {
      VEDETTE_ASSIGN_OR_RETURN(line, lines->At(row));
      if (filters_lines_ && !extractor_.pipeline().KeepsLine(line)) continue;
    }
    Outcome& outcome = outcomes_[groups_.Of(row)];
    if (outcome.kind == Outcome::Kind::kUndecided) VEDETTE_RETURN_IF_ERROR(Decide(row, &outcome));
    if (outcome.kind == Outcome::Kind::kSample) {
      VEDETTE_RETURN_IF_ERROR(Add(row, outcome, line));
    } else if (outcome.kind == Outcome::Kind::kLookAtLine) {
      VEDETTE_RETURN_IF_ERROR(budget_->Check());
      VEDETTE_RETURN_IF_ERROR(LoadMetadata(block));
      VEDETTE_ASSIGN_OR_RETURN(line, lines->At(row));
      VEDETTE_RETURN_IF_ERROR(TakeLine(row, line));
    }
  }
  return {};
}

}  // namespace vedette::logql
