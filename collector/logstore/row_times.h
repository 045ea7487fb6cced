#ifndef VEDETTE_COLLECTOR_LOGSTORE_ROW_TIMES_H_
#define VEDETTE_COLLECTOR_LOGSTORE_ROW_TIMES_H_

#include "collector/logstore/contested_times.h"
#include "collector/logstore/memtable.h"
#include "collector/logstore/part.h"

// When a memtable or part has rows of a stream, closer than from the first to the last: one late
// line would contest all the time between.

namespace vedette::logstore {

// Adds to `to` the times of rows, of streams that `coarse` has contested times of.
void AddRowTimes(const MemtableView& view, const ContestedTimes& coarse, ContestedTimes* to);
// By the part's counts, or as its index says where they cannot be read.
void AddRowTimes(const Part& part, const ContestedTimes& coarse, ContestedTimes* to);

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_ROW_TIMES_H_
