#ifndef VEDETTE_COLLECTOR_LOGQL_RESULT_H_
#define VEDETTE_COLLECTOR_LOGQL_RESULT_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "model/labels.h"

namespace vedette::logql {

// One line of a log query's answer, its labels by where they came from.
struct ResultLine {
  int64_t timestamp_ns = 0;
  std::string line;
  model::Labels stream;    // index labels, after drop and keep
  model::Labels metadata;  // structured metadata
  // What parsers added, __error__ among it. Empty values are significant here and stay.
  std::vector<std::pair<std::string, std::string>> parsed;  // sorted by name
};

// Lines in the order of the query's direction.
using Lines = std::vector<ResultLine>;

struct VectorSample {
  model::Labels metric;
  int64_t timestamp_ns = 0;
  double value = 0;
};
using Vector = std::vector<VectorSample>;  // sorted by labels; topk and bottomk by value

struct MatrixSeries {
  model::Labels metric;
  std::vector<int64_t> timestamps_ns;
  std::vector<double> values;
};
using Matrix = std::vector<MatrixSeries>;  // sorted by labels

struct Scalar {
  int64_t timestamp_ns = 0;
  double value = 0;
};

struct QueryStats {
  uint64_t lines_scanned = 0;
  uint64_t bytes_scanned = 0;
  uint64_t lines_kept = 0;  // after the pipeline
};

struct Result {
  std::variant<Lines, Vector, Matrix, Scalar> value;
  QueryStats stats;
};

// A stream of a log reply: its labels and the indexes of its lines in `Lines`, in their order.
struct LineGroup {
  std::vector<std::pair<std::string, std::string>> labels;  // sorted by name
  std::vector<size_t> lines;
};
// Groups as Loki's plain reply has them: stream, metadata and parsed labels folded together (parsed
// before metadata before stream where names are equal). Groups sorted by labels.
std::vector<LineGroup> GroupFolded(const Lines& lines);
// Groups as with the categorize-labels flag: by index labels alone.
std::vector<LineGroup> GroupByStream(const Lines& lines);

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_RESULT_H_
