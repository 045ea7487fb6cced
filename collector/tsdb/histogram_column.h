#ifndef VEDETTE_COLLECTOR_TSDB_HISTOGRAM_COLUMN_H_
#define VEDETTE_COLLECTOR_TSDB_HISTOGRAM_COLUMN_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/histogram.h"
#include "model/sample.h"

// The native histograms of a block: what they share once, their counts column by column. Format:
// FORMAT.md, "Histograms column".

namespace vedette::tsdb {

// Counts, spans and custom bounds of all histograms in a column of more than one: bounds what
// reading it takes.
inline constexpr size_t kMaxColumnCounts = 64 << 10;

// How many of `samples` (at least one) make the next block.
size_t HistogramsOfBlock(std::span<const model::HistogramSample> samples);

// Of as many as HistogramsOfBlock says.
void EncodeHistograms(std::span<const model::HistogramSample> samples, std::string* out);

// Appends a histogram for each of `times` (1 to kColumnSamples). DataLoss on bad content, with
// `out` as it was.
base::Status DecodeHistograms(std::string_view column, std::span<const int64_t> times,
                              std::vector<model::HistogramSample>* out);

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_HISTOGRAM_COLUMN_H_
