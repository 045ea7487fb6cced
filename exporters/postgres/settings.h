#ifndef VEDETTE_EXPORTERS_POSTGRES_SETTINGS_H_
#define VEDETTE_EXPORTERS_POSTGRES_SETTINGS_H_

#include <optional>
#include <string_view>

#include "exporters/postgres/catalog.h"

namespace vedette::exporters::postgres {

// What a unit of pg_settings ("ms", "8kB") is in the metrics' own units.
struct SettingUnit {
  const char* name;  // "seconds", "bytes", or "" for a plain number
  double factor;     // the value times this is in them
};

// Nothing for a unit that we do not know. Takes any block size ("16kB", "32MB").
std::optional<SettingUnit> ParseSettingUnit(std::string_view unit);

// The RowReader of pg_settings: one family for each row (name, vartype, unit, setting). -1 says
// "switched off" and is not converted. A row that cannot be read costs itself and the success.
base::Status ReadSettings(const Result& result, const QuerySpec& query, const Naming& naming,
                          FamilySink* sink);

}  // namespace vedette::exporters::postgres

#endif  // VEDETTE_EXPORTERS_POSTGRES_SETTINGS_H_
