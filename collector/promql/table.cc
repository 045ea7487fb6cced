#include "collector/promql/table.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"

namespace vedette::promql {
namespace {

// Adds `from`'s values to `to`; false where both have one.
bool MergeRow(const Row& from, Row* to) {
  const int first = std::min(from.first, to->first);
  const int end = std::max(from.end(), to->end());
  std::vector<double> values;
  values.reserve(static_cast<size_t>(end - first));
  for (int step = first; step < end; ++step) {
    const double a = to->At(step);
    const double b = from.At(step);
    if (IsPresent(a) && IsPresent(b)) return false;
    values.push_back(IsPresent(a) ? a : b);
  }
  to->first = first;
  to->values = std::move(values);
  return true;
}

}  // namespace

void Row::Append(int step, double value) {
  if (values.empty()) first = step;
  while (end() < step) values.push_back(Absent());
  values.push_back(value);
}

model::Labels DropReserved(const model::Labels& labels) {
  bool any = false;
  std::vector<std::pair<std::string, std::string>> kept;
  for (const model::LabelView& label : labels) {
    if (label.name == model::kMetricName || label.name == "__type__" || label.name == "__unit__") {
      any = true;
    } else {
      kept.emplace_back(label.name, label.value);
    }
  }
  return any ? model::Labels::FromPairs(std::move(kept)) : labels;
}

bool MergeEqualRows(std::vector<Row>* rows) {
  if (rows->size() < 2) return true;
  absl::flat_hash_map<model::Labels, size_t> seen;
  seen.reserve(rows->size());
  size_t kept = 0;
  for (size_t i = 0; i < rows->size(); ++i) {
    Row& row = (*rows)[i];
    const auto [at, fresh] = seen.try_emplace(row.labels, kept);
    if (!fresh) {
      if (!MergeRow(row, &(*rows)[at->second])) return false;
      continue;
    }
    if (kept != i) (*rows)[kept] = std::move(row);
    ++kept;
  }
  rows->resize(kept);
  return true;
}

}  // namespace vedette::promql
