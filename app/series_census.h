#ifndef VEDETTE_APP_SERIES_CENSUS_H_
#define VEDETTE_APP_SERIES_CENSUS_H_

#include <cstddef>

#include "base/status.h"
#include "collector/api/status_view.h"
#include "collector/tsdb/store.h"

namespace vedette::app {

// Counts the series that had samples within the last two hours of the store: by metric, by label
// and by pair, the `limit` largest of each. Looks at one metric at a time. ResourceExhausted when
// the labels' pairs alone take more memory than that is worth.
base::StatusOr<api::TsdbInfo> TakeCensus(const tsdb::Store& store, size_t limit);

}  // namespace vedette::app

#endif  // VEDETTE_APP_SERIES_CENSUS_H_
