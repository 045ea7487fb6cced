#ifndef VEDETTE_COLLECTOR_TSDB_SAMPLE_MERGE_H_
#define VEDETTE_COLLECTOR_TSDB_SAMPLE_MERGE_H_

#include <cstdint>
#include <functional>

#include "model/sample.h"

// Samples of one series, put together and cut: floats, their start timestamps and histograms. None
// of it looks at labels.

namespace vedette::tsdb {

// Of samples that are not empty.
int64_t FirstMs(const model::SeriesSamples& samples);
int64_t LastMs(const model::SeriesSamples& samples);

// Makes starts as many as floats: those that came without one are unknown.
void FillStarts(model::SeriesSamples* samples);

// Appends those of `from` in the range.
void AppendRange(const model::SeriesSamples& from, int64_t min_ms, int64_t max_ms,
                 model::SeriesSamples* to);

// Adds `more` to `into`; where both have a time, `into` keeps its own, of whichever kind.
void MergeSamples(model::SeriesSamples more, model::SeriesSamples* into);

// Leaves out those whose time is `gone`.
void RemoveTimes(const std::function<bool(int64_t time_ms)>& gone, model::SeriesSamples* samples);

// Appends all, whatever their times.
void AppendAll(const model::SeriesSamples& from, model::SeriesSamples* to);

// Whether floats and histograms ascend, strictly, and no time has both.
bool IsSorted(const model::SeriesSamples& samples);

// Makes them so: sorts them and keeps the first sample of each, floats before
// histograms.
void SortByTime(model::SeriesSamples* samples);

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_SAMPLE_MERGE_H_
