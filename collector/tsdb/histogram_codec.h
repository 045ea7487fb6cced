#ifndef VEDETTE_COLLECTOR_TSDB_HISTOGRAM_CODEC_H_
#define VEDETTE_COLLECTOR_TSDB_HISTOGRAM_CODEC_H_

#include <cstdint>
#include <string>
#include <vector>

#include "base/codec/bytes.h"
#include "base/status.h"
#include "model/histogram.h"

// Single native histograms as log records have them. Format: FORMAT.md, "Log records".

namespace vedette::tsdb {

void PutHistogram(const model::Histogram& histogram, std::string* out);
// DataLoss for what is no valid histogram. Takes memory for what is there, not for what is
// declared.
base::StatusOr<model::Histogram> ReadHistogram(base::ByteReader* in);

// The same but for the reset hint, which a sender may know another time.
bool SameCounts(const model::Histogram& a, const model::Histogram& b);
// Equal where SameCounts is true.
uint64_t CountsHash(const model::Histogram& histogram);

// Spans of buckets: varint count, each svarint offset, varint length.
void PutSpans(const std::vector<model::HistogramSpan>& spans, std::string* out);
// Of `buckets` all spans together, each of which takes a byte of `in` at least: false otherwise.
bool ReadSpans(base::ByteReader* in, std::vector<model::HistogramSpan>* spans, uint64_t* buckets);

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_HISTOGRAM_CODEC_H_
