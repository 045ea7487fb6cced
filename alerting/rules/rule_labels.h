#ifndef VEDETTE_ALERTING_RULES_RULE_LABELS_H_
#define VEDETTE_ALERTING_RULES_RULE_LABELS_H_

#include <vector>

#include "alerting/rules/querier.h"
#include "alerting/rules/rule_file.h"
#include "base/status.h"

namespace vedette::rules {

// The rule's labels over the group's.
StringPairs MergeLabels(const StringPairs& group, const StringPairs& rule);

// Gives the result of a recording rule the rule's name and labels. InvalidArgument when two samples
// then have the same; ResourceExhausted when there are more than `limit` (0: none).
base::Status LabelRecorded(const RuleSpec& rule, int64_t limit, std::vector<VectorSample>* result);

}  // namespace vedette::rules

#endif  // VEDETTE_ALERTING_RULES_RULE_LABELS_H_
