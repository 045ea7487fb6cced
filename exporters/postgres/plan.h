#ifndef VEDETTE_EXPORTERS_POSTGRES_PLAN_H_
#define VEDETTE_EXPORTERS_POSTGRES_PLAN_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/fs.h"
#include "base/status.h"
#include "exporters/postgres/catalog.h"
#include "exporters/postgres/custom_queries.h"
#include "exporters/postgres/options.h"

namespace vedette::exporters::postgres {

// What is asked of every server: the flags, the collectors that they switch on, the user's own
// queries. Immutable; a reload makes another.
struct Plan {
  PostgresOptions options;
  std::vector<const CollectorSpec*> collectors;
  std::vector<std::pair<std::string, std::string>> constant_labels;
  std::vector<CustomQuery> custom;
  std::string custom_hash;     // of the file's content, hexadecimal; empty where it was not read
  base::Status custom_status;  // why there are no custom queries

  // A custom query of this name takes a default metric's place.
  bool IsReplaced(const CollectorSpec& collector, const QuerySpec& query) const;
};

// Fails on collectors that do not exist and on constant labels that are none. A file of queries
// that cannot be read harms only itself: see custom_status.
base::StatusOr<std::shared_ptr<const Plan>> MakePlan(PostgresOptions options, base::FileSystem* fs);

}  // namespace vedette::exporters::postgres

#endif  // VEDETTE_EXPORTERS_POSTGRES_PLAN_H_
