#include "model/sinks.h"

#include <vector>

namespace vedette::model {

base::StatusOr<AppendStats> SampleSink::AppendRows(std::span<SampleRow> rows) {
  std::vector<LentSample> samples;
  samples.reserve(rows.size());
  for (SampleRow& row : rows) {
    samples.push_back({&row.labels, &row.ref, row.timestamp_ms, row.value});
  }
  return Append(samples);
}

}  // namespace vedette::model
