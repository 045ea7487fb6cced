#ifndef VEDETTE_EXPORTERS_POSTGRES_FLAGS_H_
#define VEDETTE_EXPORTERS_POSTGRES_FLAGS_H_

#include <vector>

#include "exporters/postgres/options.h"
#include "exporters/runtime/flag.h"

namespace vedette::exporters::postgres {

using PostgresFlag = Flag<PostgresOptions>;

// Every flag of the PostgreSQL exporter with its environment variable, as upstream names them: the
// data sources, --collector.*, the discovery of databases, the user's own queries. Those that only
// we have say so.
std::vector<PostgresFlag> PostgresFlags();

}  // namespace vedette::exporters::postgres

#endif  // VEDETTE_EXPORTERS_POSTGRES_FLAGS_H_
