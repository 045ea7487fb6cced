#ifndef VEDETTE_COLLECTOR_PROMQL_VALUE_H_
#define VEDETTE_COLLECTOR_PROMQL_VALUE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/labels.h"
#include "model/sample.h"

namespace vedette::promql {

enum class ValueType { kNone, kScalar, kVector, kMatrix, kString };

// "scalar", "instant vector", "range vector", "string": as error messages name them.
std::string_view TypeTitle(ValueType type);
// "scalar", "vector", "matrix", "string": as the HTTP API's resultType names them.
std::string_view TypeName(ValueType type);

// One element of an instant vector: a float, or a native histogram where `histogram` is set, which
// then always is of floats (model::Histogram::is_float) and `value` means nothing.
struct VectorSample {
  model::Labels labels;
  int64_t timestamp_ms = 0;
  double value = 0;
  std::shared_ptr<const model::Histogram> histogram = nullptr;
};

// One series of a matrix; points and histograms each ascend in time, none at a time of the other's.
struct Series {
  model::Labels labels;
  std::vector<model::Sample> points;
  std::vector<model::HistogramSample> histograms = {};  // of floats
};

// What a query answers. Only the fields of `type` mean something. A value type.
struct Value {
  ValueType type = ValueType::kNone;
  int64_t timestamp_ms = 0;  // scalar and string: the evaluation time
  double scalar = 0;
  std::string string;
  std::vector<VectorSample> vector;
  std::vector<Series> matrix;  // sorted by labels
};

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_VALUE_H_
