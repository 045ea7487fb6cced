#ifndef VEDETTE_COLLECTOR_LOGQL_BLOCK_TALLY_H_
#define VEDETTE_COLLECTOR_LOGQL_BLOCK_TALLY_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/status.h"
#include "collector/logql/log_block.h"
#include "collector/logql/range_tally.h"
#include "collector/logql/row_groups.h"
#include "collector/logql/row_lines.h"
#include "collector/logql/sample_extractor.h"

namespace vedette::logql {

// One worker's share of a range aggregation: takes blocks of lines and counts them.
//
// Where labels and fields decide, the pipeline runs once for all rows of a block that have the same
// stream, metadata and values, and no line is put together. Rows whose fields are not known are
// looked at line by line, which gives the same. Borrows everything. One thread.
class BlockTally {
 public:
  // `by_lines`: looks at every line. `grouping`: as SampleExtractor::Make.
  static base::StatusOr<std::unique_ptr<BlockTally>> Make(const RangeAggregation& range,
                                                          const Grid& grid,
                                                          const Grouping* grouping, bool by_lines,
                                                          Budget* budget);

  // Errors as SampleExtractor::Extract and Budget. What is damaged is left out: the store tells.
  base::Status Take(LogBlock* block);
  RangeTally* tally() { return &tally_; }

 private:
  struct Columns {
    std::span<const int64_t> times;  // none: not read
    LabelColumn streams;
    LabelColumn metadata;             // none: not read, no label of it matters
    std::vector<FieldValues> fields;  // as Pipeline::FieldsRead; none where it is not needed
    const model::Labels& StreamOf(size_t row) const { return *streams.table[streams.rows[row]]; }
    const model::Labels& MetadataOf(size_t row) const {
      return metadata.rows.empty() ? none : *metadata.table[metadata.rows[row]];
    }
    const model::Labels none = {};
  };
  // What the pipeline makes of the rows of a group.
  struct Outcome {
    enum class Kind : uint8_t { kUndecided, kDropped, kSample, kLookAtLine };
    Kind kind = Kind::kUndecided;
    uint32_t series = 0;
    double value = 0;
  };

  BlockTally(const RangeAggregation& range, const Grid& grid, bool by_lines, Budget* budget,
             SampleExtractor extractor);
  base::Status TakeRows(LogBlock* block);
  base::Status TakeByLines(LogBlock* block, RowLines* lines);
  base::Status TakeByFields(LogBlock* block, RowLines* lines);
  // Rows that all fall into the same windows.
  base::Status TakeTogether(PointRange points, LogBlock* block, RowLines* lines);
  base::Status TakeGroup(uint32_t group, PointRange points);
  // What there is of lines beside their text.
  base::Status LoadTimes(LogBlock* block);
  base::Status LoadMetadata(LogBlock* block);
  base::Status TakeLine(size_t row, std::string_view line);
  // False: some field is not known of any row.
  base::StatusOr<bool> ReadFields(LogBlock* block);
  bool AllClash(const FieldRef& field) const;
  void GroupRows(size_t rows);
  bool Matters(std::string_view name) const;
  bool Matters(const model::Labels& metadata) const;
  base::Status Decide(size_t row, Outcome* outcome);
  base::Status Add(size_t row, const Outcome& outcome, std::string_view line);

  Budget* const budget_;
  const bool counts_;
  const bool by_lines_;
  SampleExtractor extractor_;
  const bool filters_lines_;
  RangeTally tally_;
  Columns columns_;  // of the block that is being taken
  RowGroups groups_;
  bool by_stream_ = false;  // the groups are the streams
  std::vector<Outcome> outcomes_;
  absl::flat_hash_map<const model::Labels*, Outcome> stream_outcomes_;  // of by_stream_
  std::vector<RowField> row_fields_;
  std::vector<uint32_t> metadata_classes_;  // a row
  std::vector<size_t> first_rows_;          // a group
  std::vector<int64_t> tallies_;            // a group: its rows
  uint64_t kept_ = 0;
};

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_BLOCK_TALLY_H_
