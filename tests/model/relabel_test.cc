#include "model/relabel.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>

#include "base/strings.h"
#include "model/relabel_yaml.h"
#include "tests/support/shared_dir.h"

namespace vedette::model {
namespace {

namespace json = boost::json;

std::string Text(const json::value& value) { return std::string(value.as_string().c_str()); }

Labels LabelsOf(const json::value& value) {
  LabelsBuilder labels;
  if (!value.is_object()) return {};
  for (const auto& [name, text] : value.as_object()) {
    labels.Set({name.data(), name.size()}, Text(text));
  }
  return labels.Build();
}

RelabelRule RuleOf(const json::object& config) {
  RelabelRule rule;
  for (const auto& [key, value] : config) {
    if (key == "Action") {
      EXPECT_TRUE(ParseRelabelAction(Text(value), &rule.action));
    } else if (key == "SourceLabels") {
      for (const json::value& name : value.at("$elts").as_array()) {
        rule.source_labels.push_back(Text(name));
      }
    } else if (key == "Separator") {
      rule.separator = Text(value);
    } else if (key == "TargetLabel") {
      rule.target_label = Text(value);
    } else if (key == "Modulus") {
      rule.modulus = value.to_number<uint64_t>();
    } else if (key == "Regex") {
      rule.regex = value.is_string() ? Text(value) : "(.*)";
    } else if (key == "Replacement") {
      rule.replacement = Text(value) == "DefaultRelabelConfig.Replacement" ? "$1" : Text(value);
    }
  }
  return rule;
}

TEST(RelabelCorpus, EveryCaseOfUpstream) {
  VEDETTE_SHARED_OR_SKIP(path, "reference/promql/corpora/relabel.json");
  const json::value corpus = json::parse(test::ReadWholeFile(path));
  int checked = 0;
  for (const json::value& one : corpus.at("relabel").as_array()) {
    const json::object& test = one.as_object();
    LabelsBuilder labels(LabelsOf(test.at("input")));
    bool kept = true;
    for (const json::value& config : test.at("relabel").as_array()) {
      const auto relabeler = Relabeler::Make(RuleOf(config.as_object()));
      ASSERT_TRUE(relabeler.ok()) << json::serialize(one) << relabeler.status();
      kept = kept && relabeler->Apply(&labels);
    }
    const bool drop = test.contains("drop") && test.at("drop").as_bool();
    EXPECT_EQ(kept, !drop) << json::serialize(one);
    if (kept && test.contains("output")) {
      EXPECT_EQ(labels.Build().ToString(), LabelsOf(test.at("output")).ToString())
          << json::serialize(one);
    }
    ++checked;
  }
  EXPECT_EQ(checked, static_cast<int>(corpus.at("relabel").as_array().size()));
}

struct BadRule {
  std::string yaml;
  std::string message;
};

std::string Read(const std::string& yaml, std::vector<Relabeler>* rules) {
  const auto root = base::config::ParseYaml(yaml, "f.yml");
  if (!root.ok()) return std::string(base::Message(root.status()));
  base::config::Problems problems("f.yml");
  base::config::MapReader map(*root, "", &problems);
  ReadRelabelRules(&map, "relabel_configs", rules);
  map.Finish();
  return std::string(base::Message(problems.ToStatus()));
}

TEST(RelabelRules, MistakesAreNamed) {
  const std::vector<BadRule> cases = {
      {"{action: hashmod, target_label: a}", "requires non-zero modulus"},
      {"{action: lowercase}", "lowercase action requires 'target_label' value"},
      {"{action: nonsense}", "unknown relabel action \"nonsense\""},
      {"{regex: '(', target_label: a}", ""},
      {"{action: labeldrop, source_labels: [a]}", "requires only 'regex'"},
      {"{action: keepequal, target_label: a, regex: x}", "requires only 'source_labels'"},
      {"{target_label: a, colour: red}", "colour"},
  };
  for (const BadRule& c : cases) {
    std::vector<Relabeler> rules;
    const std::string error = Read("relabel_configs:\n  - " + c.yaml + "\n", &rules);
    EXPECT_NE(error, "") << c.yaml;
    EXPECT_NE(error.find(c.message), error.npos) << error;
    EXPECT_EQ(error.find("f.yml:2:"), 0u) << error;
  }
}

TEST(RelabelRules, DefaultsAreUpstreams) {
  std::vector<Relabeler> rules;
  ASSERT_EQ(Read("relabel_configs:\n  - source_labels: [a, b]\n    target_label: c\n", &rules), "");
  LabelsBuilder labels(Labels({{"a", "1"}, {"b", "2"}}));
  EXPECT_TRUE(ApplyRelabeling(rules, &labels));
  EXPECT_EQ(labels.Get("c"), "1;2");
}

TEST(RelabelRules, LabelmapMakesNoEmptyName) {
  std::vector<Relabeler> rules;
  ASSERT_EQ(Read("relabel_configs:\n  - {action: labelmap, regex: 'm_(.*)', replacement: '$1'}\n",
                 &rules),
            "");
  LabelsBuilder labels(Labels({{"m_", "1"}, {"m_a", "2"}}));
  EXPECT_TRUE(ApplyRelabeling(rules, &labels));
  EXPECT_EQ(labels.Build().ToString(), R"({a="2", m_="1", m_a="2"})");
}

}  // namespace
}  // namespace vedette::model
