#ifndef VEDETTE_EXPORTERS_POSTGRES_ROW_WRITER_H_
#define VEDETTE_EXPORTERS_POSTGRES_ROW_WRITER_H_

#include <prometheus/client_metric.h>

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exporters/postgres/catalog.h"
#include "exporters/runtime/family_sink.h"

namespace vedette::exporters::postgres {

// What all series of one query have in common: the legacy half's `server`, constant labels, the
// name of a server or a database that is one of several. A plain value.
struct Naming {
  std::string prefix = "pg";  // in place of a name's own "pg"
  std::vector<std::pair<std::string, std::string>> labels;

  std::string Name(std::string_view name) const;
  // Adds a series with `own` labels and ours; of two of one name the query's own stands.
  void Add(FamilyRef family, double value, std::span<const LabelRef> own) const;
  void Add(FamilyRef family, double value, std::initializer_list<LabelRef> own) const {
    Add(family, value, std::span<const LabelRef>(own.begin(), own.size()));
  }
  // The same labels, for a metric made by hand.
  std::vector<prometheus::ClientMetric::Label> Labels(std::span<const LabelRef> own) const;
};

// The RowReader of most queries: a family for each of the query's metrics, a series for each row.
// Fails on a result that has not the columns of the table.
base::Status WriteRows(const Result& result, const QuerySpec& query, const Naming& naming,
                       FamilySink* sink);

// The query's own labels of one row.
std::vector<LabelRef> RowLabels(const Result& result, const QuerySpec& query, int row);

// A cell as a number: NaN for NULL (0 where `null_as` says so) and for what is no number.
double CellNumber(const Result& result, int row, int column, NullAs null_as);

}  // namespace vedette::exporters::postgres

#endif  // VEDETTE_EXPORTERS_POSTGRES_ROW_WRITER_H_
