#include "alerting/rules/rule_file.h"

#include <set>
#include <utility>

#include "alerting/rules/rule_template.h"
#include "base/config/yaml.h"
#include "base/strings.h"

namespace vedette::rules {
namespace {

using base::config::MapReader;
using base::config::Node;
using base::config::Problems;

constexpr int64_t kMaxLimit = 1'000'000'000;

// The place of `key` in the map, or of the map itself.
const Node& At(const Node& map, std::string_view key) {
  const Node* const found = map.Find(key);
  return found != nullptr ? *found : map;
}

void CheckLabels(const Node& rule, std::string_view key, const std::string& field,
                 const StringPairs& pairs, bool annotations, Problems* problems) {
  for (const auto& [name, value] : pairs) {
    const Node& at = At(At(rule, key), name);
    const std::string where = field + "." + std::string(key) + "." + name;
    if (name.empty() || !base::IsValidUtf8(name)) problems->Add(at, where, "not a valid name");
    if (!annotations && name == "__name__") {
      problems->Add(at, where, "a rule cannot set __name__; the name is given by `record`");
    }
    if (!base::IsValidUtf8(value)) problems->Add(at, where, "the value is not valid UTF-8");
  }
}

void CheckTemplates(const Node& rule, std::string_view key, const std::string& field,
                    const RuleSpec& spec, const StringPairs& pairs, Problems* problems) {
  for (const auto& [name, value] : pairs) {
    const auto parsed = RuleTemplate::Parse(spec.alert, value);
    if (parsed.ok()) continue;
    problems->Add(At(At(rule, key), name), field + "." + std::string(key) + "." + name,
                  base::Message(parsed.status()));
  }
}

void CheckRecord(const Node& node, const std::string& field, const RuleSpec& spec, MapReader* map) {
  Problems* const problems = map->problems();
  for (const std::string_view key : {"for", "keep_firing_for", "annotations"}) {
    if (map->Has(key)) {
      problems->Add(At(node, key), field + "." + std::string(key), "only for alerting rules");
    }
  }
  if (!base::IsValidUtf8(spec.record) || spec.record.find_first_of("{}") != std::string::npos) {
    problems->Add(
        At(node, "record"), field + ".record",
        "not a metric name: " + base::GoQuote(spec.record) + " (labels belong under `labels`)");
  }
}

void CheckExpr(const Node& node, const std::string& field, const RuleSpec& spec,
               const ExprValidator& validate, Problems* problems) {
  const std::string key = spec.language == QueryLanguage::kLogql ? "logql" : "expr";
  if (spec.expr.empty()) {
    problems->Add(At(node, key), field + "." + key, "missing: a rule needs an expression");
    return;
  }
  if (!validate) return;
  const base::Status status = validate(spec.language, spec.expr);
  if (!status.ok()) problems->Add(At(node, key), field + "." + key, base::Message(status));
}

// What a file is read with.
struct Reading {
  const ExprValidator& validate;
  bool ignore_unknown_keys;

  void Finish(MapReader* map) const {
    if (!ignore_unknown_keys) map->Finish();
  }
};

// `logql` in place of `expr`.
void ReadLogql(const Node& node, const std::string& field, MapReader* map, RuleSpec* spec,
               Problems* problems) {
  std::string logql;
  map->String("logql", &logql);
  if (logql.empty()) return;
  if (!spec->expr.empty()) {
    problems->Add(At(node, "logql"), field + ".logql", "`expr` and `logql` exclude each other");
    return;
  }
  spec->expr = std::move(logql);
  spec->language = QueryLanguage::kLogql;
}

RuleSpec ReadRule(const Node& node, const std::string& field, const Reading& how,
                  Problems* problems) {
  RuleSpec spec;
  spec.line = node.line;
  MapReader map(node, field, problems);
  map.String("record", &spec.record);
  map.String("alert", &spec.alert);
  map.String("expr", &spec.expr);
  ReadLogql(node, field, &map, &spec, problems);
  map.Duration("for", &spec.for_ms);
  map.Duration("keep_firing_for", &spec.keep_firing_for_ms);
  map.StringMap("labels", &spec.labels);
  map.StringMap("annotations", &spec.annotations);
  how.Finish(&map);
  if (spec.record.empty() == spec.alert.empty()) {
    problems->Add(node, field,
                  spec.record.empty() ? "needs one of `record` and `alert`"
                                      : "`record` and `alert` exclude each other");
  } else if (!spec.alerting()) {
    CheckRecord(node, field, spec, &map);
  }
  CheckExpr(node, field, spec, how.validate, problems);
  CheckLabels(node, "labels", field, spec.labels, false, problems);
  CheckLabels(node, "annotations", field, spec.annotations, true, problems);
  if (spec.alerting()) {
    CheckTemplates(node, "labels", field, spec, spec.labels, problems);
    CheckTemplates(node, "annotations", field, spec, spec.annotations, problems);
  }
  return spec;
}

GroupSpec ReadGroup(const Node& node, const std::string& field, const Reading& how,
                    Problems* problems) {
  GroupSpec group;
  group.file = problems->file();
  MapReader map(node, field, problems);
  map.String("name", &group.name);
  map.Duration("interval", &group.interval_ms);
  map.Duration("query_offset", &group.query_offset_ms);
  map.Int("limit", -kMaxLimit, kMaxLimit, &group.limit);
  map.StringMap("labels", &group.labels);
  map.Each("rules", [&](const Node& rule, const std::string& rule_field) {
    group.rules.push_back(ReadRule(rule, rule_field, how, problems));
  });
  how.Finish(&map);
  if (group.name.empty()) problems->Add(node, field + ".name", "missing: a group needs a name");
  CheckLabels(node, "labels", field, group.labels, false, problems);
  return group;
}

}  // namespace

base::StatusOr<std::vector<GroupSpec>> ParseRuleFile(std::string_view text, const std::string& file,
                                                     const ExprValidator& validate,
                                                     bool ignore_unknown_keys) {
  const Reading how{validate, ignore_unknown_keys};
  VEDETTE_ASSIGN_OR_RETURN(const Node root, base::config::ParseYaml(text, file));
  std::vector<GroupSpec> groups;
  if (root.kind == Node::Kind::kNull) return groups;
  Problems problems(file);
  std::set<std::string> names;
  MapReader map(root, "", &problems);
  map.Each("groups", [&](const Node& node, const std::string& field) {
    GroupSpec group = ReadGroup(node, field, how, &problems);
    if (!group.name.empty() && !names.insert(group.name).second) {
      problems.Add(At(node, "name"), field + ".name",
                   "a group called " + base::GoQuote(group.name) + " stands in this file already");
    }
    groups.push_back(std::move(group));
  });
  how.Finish(&map);
  VEDETTE_RETURN_IF_ERROR(problems.ToStatus());
  return groups;
}

}  // namespace vedette::rules
