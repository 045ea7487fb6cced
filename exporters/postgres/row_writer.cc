#include "exporters/postgres/row_writer.h"

#include <algorithm>
#include <limits>

#include "base/strings.h"

namespace vedette::exporters::postgres {
namespace {

FamilyRef OpenFamily(const Metric& metric, const Naming& naming, FamilySink* sink) {
  const std::string name = naming.Name(metric.name);
  switch (metric.type) {
    case prometheus::MetricType::Counter:
      return sink->Counter(name, metric.help);
    case prometheus::MetricType::Gauge:
      return sink->Gauge(name, metric.help);
    default:
      return sink->Untyped(name, metric.help);
  }
}

// One row's labels at a time, in a buffer that is used again.
class LabelRow {
 public:
  LabelRow(const Result& result, const QuerySpec& query, const Naming& naming)
      : result_(result), own_(query.labels.size()) {
    for (const char* const name : query.labels) labels_.push_back({name, ""});
    for (const auto& [name, value] : naming.labels) {
      const auto same = [&name = name](const LabelRef& label) { return label.name == name; };
      if (std::none_of(labels_.begin(), labels_.end(), same)) labels_.push_back({name, value});
    }
  }
  std::span<const LabelRef> At(int row) {
    for (size_t i = 0; i < own_; ++i) labels_[i].value = result_.Text(row, static_cast<int>(i));
    return labels_;
  }

 private:
  const Result& result_;
  const size_t own_;
  std::vector<LabelRef> labels_;
};

}  // namespace

std::string Naming::Name(std::string_view name) const {
  if (prefix == "pg" || !base::StartsWith(name, "pg_")) return std::string(name);
  return base::Concat({prefix, name.substr(2)});
}

void Naming::Add(FamilyRef family, double value, std::span<const LabelRef> own) const {
  if (labels.empty()) return family.Add(value, own);
  std::vector<LabelRef> all(own.begin(), own.end());
  for (const auto& [name, text] : labels) {
    const auto same = [&name = name](const LabelRef& label) { return label.name == name; };
    if (std::none_of(own.begin(), own.end(), same)) all.push_back({name, text});
  }
  family.Add(value, all);
}

std::vector<prometheus::ClientMetric::Label> Naming::Labels(std::span<const LabelRef> own) const {
  std::vector<prometheus::ClientMetric::Label> all;
  for (const LabelRef& label : own) {
    all.push_back({std::string(label.name), std::string(label.value)});
  }
  for (const auto& [name, text] : labels) {
    const auto same = [&name = name](const LabelRef& label) { return label.name == name; };
    if (std::none_of(own.begin(), own.end(), same)) all.push_back({name, text});
  }
  return all;
}

base::Status WriteRows(const Result& result, const QuerySpec& query, const Naming& naming,
                       FamilySink* sink) {
  const size_t wanted = query.labels.size() + query.metrics.size();
  if (static_cast<size_t>(result.columns()) < wanted) {
    return base::Internal(base::Concat({"the server gave ", std::to_string(result.columns()),
                                        " columns, expected ", std::to_string(wanted)}));
  }
  LabelRow labels(result, query, naming);
  int column = static_cast<int>(query.labels.size());
  for (const Metric& metric : query.metrics) {
    FamilyRef family = OpenFamily(metric, naming, sink);
    for (int row = 0; row < result.rows(); ++row) {
      if (metric.null_as == NullAs::kAbsent && result.IsNull(row, column)) continue;
      family.Add(CellNumber(result, row, column, metric.null_as), labels.At(row));
    }
    ++column;
  }
  return base::Status();
}

std::vector<LabelRef> RowLabels(const Result& result, const QuerySpec& query, int row) {
  std::vector<LabelRef> labels;
  int column = 0;
  for (const char* const name : query.labels) labels.push_back({name, result.Text(row, column++)});
  return labels;
}

double CellNumber(const Result& result, int row, int column, NullAs null_as) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  if (result.IsNull(row, column)) return null_as == NullAs::kZero ? 0 : kNaN;
  return base::ParseDouble(result.Text(row, column)).value_or(kNaN);
}

}  // namespace vedette::exporters::postgres
