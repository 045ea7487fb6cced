#include "alerting/rules/rule_labels.h"

#include <algorithm>
#include <set>
#include <string>

namespace vedette::rules {

StringPairs MergeLabels(const StringPairs& group, const StringPairs& rule) {
  StringPairs merged = rule;
  for (const auto& pair : group) {
    const bool overruled = std::any_of(rule.begin(), rule.end(),
                                       [&](const auto& own) { return own.first == pair.first; });
    if (!overruled) merged.push_back(pair);
  }
  return merged;
}

base::Status LabelRecorded(const RuleSpec& rule, int64_t limit, std::vector<VectorSample>* result) {
  std::set<model::Labels> seen;
  for (VectorSample& sample : *result) {
    model::LabelsBuilder labels(sample.labels);
    labels.Set(model::kMetricName, rule.record);
    for (const auto& [name, value] : rule.labels) labels.Set(name, value);
    sample.labels = labels.Build();
    if (!seen.insert(sample.labels).second) {
      return base::InvalidArgument(
          "vector contains metrics with the same labelset after applying rule labels");
    }
  }
  if (limit > 0 && result->size() > static_cast<size_t>(limit)) {
    return base::ResourceExhausted("exceeded limit of " + std::to_string(limit) + " with " +
                                   std::to_string(result->size()) + " series");
  }
  return base::Status();
}

}  // namespace vedette::rules
