#ifndef VEDETTE_EXPORTERS_POSTGRES_SOURCES_H_
#define VEDETTE_EXPORTERS_POSTGRES_SOURCES_H_

#include <vector>

#include "base/fs.h"
#include "base/status.h"
#include "exporters/postgres/data_source.h"
#include "exporters/postgres/options.h"

namespace vedette::exporters::postgres {

// The data sources that the flags name, in their order; none is fine. User and password given apart
// from the URI need no escaping. Errors name the file or the number of the source, no secret.
base::StatusOr<std::vector<DataSource>> ResolveSources(const PostgresOptions::Source& options,
                                                       base::FileSystem* fs);

}  // namespace vedette::exporters::postgres

#endif  // VEDETTE_EXPORTERS_POSTGRES_SOURCES_H_
