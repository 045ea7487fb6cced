#include "exporters/postgres/histogram.h"

#include <cmath>

#include "exporters/postgres/row_writer.h"

namespace vedette::exporters::postgres {
namespace {

// Counts are never negative, whatever the server says.
uint64_t CellCount(const Result& result, int row, int column) {
  const double value = CellNumber(result, row, column, NullAs::kZero);
  return value > 0 && value < 1e18 ? static_cast<uint64_t>(value) : 0;
}

}  // namespace

base::Status ReadHistogram(const Result& result, const QuerySpec& query,
                           std::span<const double> bounds, const Naming& naming, FamilySink* sink) {
  const Metric& metric = query.metrics.front();
  const int first = static_cast<int>(query.labels.size());
  if (result.columns() < first + 2 + static_cast<int>(bounds.size())) {
    return base::Internal("the server gave too few columns for the histogram");
  }
  prometheus::MetricFamily family;
  family.name = naming.Name(metric.name);
  family.help = metric.help;
  family.type = prometheus::MetricType::Histogram;
  for (int row = 0; row < result.rows(); ++row) {
    prometheus::ClientMetric& series = family.metric.emplace_back();
    series.label = naming.Labels(RowLabels(result, query, row));
    series.histogram.sample_count = CellCount(result, row, first);
    series.histogram.sample_sum = CellNumber(result, row, first + 1, NullAs::kZero);
    int column = first + 2;
    for (const double bound : bounds) {
      series.histogram.bucket.push_back({CellCount(result, row, column++), bound});
    }
  }
  sink->Add(std::move(family));
  return base::Status();
}

}  // namespace vedette::exporters::postgres
