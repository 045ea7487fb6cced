#ifndef VEDETTE_ALERTING_RULES_RULE_FILE_H_
#define VEDETTE_ALERTING_RULES_RULE_FILE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace vedette::rules {

using StringPairs = std::vector<std::pair<std::string, std::string>>;

// What an expression is written in: `expr` over metrics, or `logql` over logs.
enum class QueryLanguage { kPromql, kLogql };

// One rule as written. Exactly one of `record` and `alert` is set. Durations in milliseconds.
struct RuleSpec {
  std::string record;
  std::string alert;
  std::string expr;
  QueryLanguage language = QueryLanguage::kPromql;
  int64_t for_ms = 0;
  int64_t keep_firing_for_ms = 0;
  StringPairs labels;       // as written; alerts' values are templates
  StringPairs annotations;  // templates
  int line = 0;             // of the rule in its file
  bool alerting() const { return !alert.empty(); }
  const std::string& name() const { return alerting() ? alert : record; }
};

struct GroupSpec {
  std::string file;
  std::string name;
  int64_t interval_ms = 0;  // 0: the global evaluation interval
  int64_t query_offset_ms = 0;
  int64_t limit = 0;   // 0: none
  StringPairs labels;  // added to every rule of the group; the rule's own win
  std::vector<RuleSpec> rules;
};

// Checks one expression; what it returns goes into the problem list beside the rule's place.
using ExprValidator = std::function<base::Status(QueryLanguage language, std::string_view expr)>;

// Reads a Prometheus rule file, in which a rule may also have `logql` in place of `expr`. Strict:
// unknown and duplicate keys, bad names, durations, templates and expressions are errors, all of
// them listed, one a line, each with FILE:LINE:COL. With `ignore_unknown_keys`, those are passed
// over.
base::StatusOr<std::vector<GroupSpec>> ParseRuleFile(std::string_view text, const std::string& file,
                                                     const ExprValidator& validate,
                                                     bool ignore_unknown_keys = false);

}  // namespace vedette::rules

#endif  // VEDETTE_ALERTING_RULES_RULE_FILE_H_
