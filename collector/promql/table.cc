#include "collector/promql/table.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"

namespace vedette::promql {
namespace {

bool MergeHistograms(const Row& from, Row* to) {
  std::vector<HistogramStep> merged;
  std::merge(from.histograms.begin(), from.histograms.end(), to->histograms.begin(),
             to->histograms.end(), std::back_inserter(merged),
             [](const HistogramStep& a, const HistogramStep& b) { return a.step < b.step; });
  to->histograms = std::move(merged);
  return std::adjacent_find(to->histograms.begin(), to->histograms.end(),
                            [](const HistogramStep& a, const HistogramStep& b) {
                              return a.step == b.step;
                            }) == to->histograms.end();
}

bool HaveCommonStep(const Row& floats, const Row& histograms) {
  return std::any_of(histograms.histograms.begin(), histograms.histograms.end(),
                     [&](const HistogramStep& h) { return IsPresent(floats.At(h.step)); });
}

// Adds `from`'s values to `to`; false where both have one.
bool MergeRow(const Row& from, Row* to) {
  if (HaveCommonStep(from, *to) || HaveCommonStep(*to, from)) return false;
  if (from.values.empty()) return MergeHistograms(from, to);
  if (to->values.empty()) to->first = from.first;
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
  return from.histograms.empty() || MergeHistograms(from, to);
}

}  // namespace

void Row::Append(int step, double value) {
  if (values.empty()) first = step;
  while (end() < step) values.push_back(Absent());
  values.push_back(value);
}

HistogramPtr Row::HistogramAt(int step) const {
  const auto at = std::lower_bound(histograms.begin(), histograms.end(), step,
                                   [](const HistogramStep& h, int s) { return h.step < s; });
  return at != histograms.end() && at->step == step ? at->histogram : nullptr;
}

bool Row::HasAny() const {
  return !histograms.empty() || std::any_of(values.begin(), values.end(), IsPresent);
}

size_t Row::Samples() const {
  size_t samples = values.size();
  for (const HistogramStep& h : histograms) samples += SamplesOf(*h.histogram);
  return samples;
}

bool AnyAt(const std::vector<Row>& rows, int step) {
  return std::any_of(rows.begin(), rows.end(), [step](const Row& row) { return row.Has(step); });
}

void DropEmptyRows(Table* table) {
  std::erase_if(table->rows, [](const Row& row) { return !row.HasAny(); });
}

void Row::Trim() {
  size_t end = values.size();
  while (end > 0 && !IsPresent(values[end - 1])) --end;
  size_t begin = 0;
  while (begin < end && !IsPresent(values[begin])) ++begin;
  values.resize(end);
  values.erase(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(begin));
  first += static_cast<int>(begin);
}

// Histograms themselves are counted as the samples that they stand for.
size_t Row::OtherBytes() const {
  return sizeof(Row) + labels.bytes().size() + histograms.size() * sizeof(HistogramStep);
}

void DropReserved(const model::Labels& labels, model::Labels* out) {
  out->AssignIf(labels, [](const model::LabelView& label) {
    return !label.name.starts_with("__") || (label.name != model::kMetricName &&
                                             label.name != "__type__" && label.name != "__unit__");
  });
}

model::Labels DropReserved(const model::Labels& labels) {
  model::Labels out;
  DropReserved(labels, &out);
  return out;
}

bool AllDistinct(const std::vector<Row>& rows) {
  absl::flat_hash_set<std::string_view> seen;
  seen.reserve(rows.size());
  return std::all_of(rows.begin(), rows.end(),
                     [&](const Row& row) { return seen.insert(row.labels.bytes()).second; });
}

bool MergeEqualRows(std::vector<Row>* rows) {
  if (rows->size() < 2 || AllDistinct(*rows)) return true;
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
