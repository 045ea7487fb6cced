#ifndef VEDETTE_EXPORTERS_POSTGRES_HISTOGRAM_H_
#define VEDETTE_EXPORTERS_POSTGRES_HISTOGRAM_H_

#include <span>

#include "exporters/postgres/catalog.h"

namespace vedette::exporters::postgres {

// Reads rows of labels, count, sum and one cumulative count for each of `bounds` as the histogram
// that is the query's first metric.
base::Status ReadHistogram(const Result& result, const QuerySpec& query,
                           std::span<const double> bounds, const Naming& naming, FamilySink* sink);

}  // namespace vedette::exporters::postgres

#endif  // VEDETTE_EXPORTERS_POSTGRES_HISTOGRAM_H_
