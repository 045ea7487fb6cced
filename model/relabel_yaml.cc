#include "model/relabel_yaml.h"

#include <limits>
#include <string>
#include <utility>

#include "base/strings.h"

namespace vedette::model {
namespace {

using base::config::MapReader;
using base::config::Node;

void ReadAction(MapReader* map, RelabelRule* rule) {
  std::string action;
  if (!map->String("action", &action)) return;
  if (ParseRelabelAction(action, &rule->action)) return;
  if (action.empty()) {
    map->problems()->Add(map->node(), map->field(), "relabel action cannot be empty");
    return;
  }
  map->problems()->Add(*map->node().Find("action"), map->field() + ".action",
                       base::Concat({"unknown relabel action ", base::GoQuote(action)}));
}

// A value that may be left empty ("regex:"), which means the default.
void ReadText(MapReader* map, std::string_view key, std::string* out) {
  const Node* node = map->node().Find(key);
  if (node != nullptr && node->kind == Node::Kind::kNull) {
    map->Ignore(key);
  } else {
    map->String(key, out);
  }
}

void ReadRule(const Node& node, const std::string& field, base::config::Problems* problems,
              std::vector<Relabeler>* rules) {
  if (node.kind == Node::Kind::kNull) {
    problems->Add(node, field, "empty or null relabeling rule");
    return;
  }
  RelabelRule rule;
  int64_t modulus = 0;
  MapReader map(node, field, problems);
  ReadAction(&map, &rule);
  map.StringList("source_labels", &rule.source_labels);
  ReadText(&map, "separator", &rule.separator);
  ReadText(&map, "target_label", &rule.target_label);
  ReadText(&map, "regex", &rule.regex);
  ReadText(&map, "replacement", &rule.replacement);
  map.Int("modulus", 0, std::numeric_limits<int64_t>::max(), &modulus);
  map.Finish();
  rule.modulus = static_cast<uint64_t>(modulus);
  auto relabeler = Relabeler::Make(std::move(rule));
  if (relabeler.ok()) {
    rules->push_back(*std::move(relabeler));
  } else {
    problems->Add(node, field, base::Message(relabeler.status()));
  }
}

}  // namespace

void ReadRelabelRules(MapReader* map, std::string_view key, std::vector<Relabeler>* rules) {
  map->Each(key, [map, rules](const Node& node, const std::string& field) {
    ReadRule(node, field, map->problems(), rules);
  });
}

void WriteRelabelRules(std::string_view key, const std::vector<Relabeler>& rules,
                       base::config::YamlWriter* out) {
  if (rules.empty()) return;
  out->Items(key);
  for (const Relabeler& relabeler : rules) {
    const RelabelRule& rule = relabeler.rule();
    out->Item();
    out->FlowListIfAny("source_labels", rule.source_labels);
    out->Text("separator", rule.separator);
    if (rule.regex != RelabelRule().regex) out->Text("regex", rule.regex);
    out->NumberIfAny("modulus", rule.modulus);
    out->TextIfAny("target_label", rule.target_label);
    out->Text("replacement", rule.replacement);
    out->Text("action", RelabelActionName(rule.action));
    out->End();
  }
}

}  // namespace vedette::model
