#ifndef VEDETTE_EXPORTERS_POSTGRES_CUSTOM_QUERIES_H_
#define VEDETTE_EXPORTERS_POSTGRES_CUSTOM_QUERIES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "exporters/postgres/result.h"
#include "exporters/postgres/row_writer.h"
#include "exporters/postgres/version_range.h"

// The user's own queries, from the file that --extend.query-path names (queries.yaml).

namespace vedette::exporters::postgres {

enum class ColumnUsage { kDiscard, kLabel, kGauge, kCounter, kHistogram, kMapped, kDuration };

struct CustomColumn {
  std::string name;
  ColumnUsage usage = ColumnUsage::kDiscard;
  std::string help;
  std::vector<std::pair<std::string, double>> mapping;  // kMapped: what each text stands for
};

// One query; its families are called NAME_COLUMN. Immutable once parsed.
struct CustomQuery {
  std::string name;
  std::string sql;
  bool primary_only = false;  // not in the databases that were discovered
  int64_t cache_seconds = 0;  // its families are shown again for so long
  VersionRange servers;
  std::vector<CustomColumn> columns;

  const CustomColumn* Find(std::string_view column) const;
};

// Errors give file, line and column.
base::StatusOr<std::vector<CustomQuery>> ParseCustomQueries(std::string_view text,
                                                            const std::string& file);

// A series for each row and column of numbers. Columns that the file does not name become untyped
// families; a value that is no number is left out; NULL is NaN.
void WriteCustomRows(const Result& result, const CustomQuery& query, const Naming& naming,
                     FamilySink* sink);

}  // namespace vedette::exporters::postgres

#endif  // VEDETTE_EXPORTERS_POSTGRES_CUSTOM_QUERIES_H_
