#include "app/rule_test_file.h"

#include <cmath>
#include <limits>
#include <optional>
#include <set>

#include "base/config/yaml.h"
#include "base/strings.h"
#include "collector/api/time_text.h"

namespace vedette::app {
namespace {

using base::config::MapReader;
using base::config::Node;
using base::config::Problems;

// A number as YAML writes it, and as Prometheus does.
std::optional<double> ParseNumber(std::string_view text) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  const std::string word = base::ToLowerAscii(text);
  if (word == ".nan" || word == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (word == ".inf" || word == "+.inf" || word == "inf" || word == "+inf") return kInf;
  if (word == "-.inf" || word == "-inf") return -kInf;
  if (const auto number = base::ParseDouble(text)) return number;
  return std::nullopt;
}

// "2024-01-01T00:00:00Z", or seconds since the epoch.
std::optional<int64_t> ParseStart(std::string_view text) {
  if (const auto time = api::ParseRfc3339(text)) return time->ToMillis();
  const auto seconds = base::ParseDouble(text);
  constexpr double kMostSeconds = 1e15;
  if (!seconds || !(std::abs(*seconds) < kMostSeconds)) return std::nullopt;
  return static_cast<int64_t>(std::llround(*seconds * 1000));
}

class FileReader {
 public:
  FileReader(const std::string& file, bool ignore_unknown_keys)
      : problems_(file), ignore_unknown_keys_(ignore_unknown_keys) {}

  base::StatusOr<RuleTestFile> Read(const Node& root) {
    RuleTestFile file;
    if (root.kind == Node::Kind::kNull) return file;
    MapReader map(root, "", &problems_);
    map.StringList("rule_files", &file.rule_files);
    map.Duration("evaluation_interval", &file.evaluation_interval_ms);
    map.StringList("group_eval_order", &file.group_eval_order);
    map.Bool("fuzzy_compare", &file.fuzzy_compare);
    map.Each("tests", [&](const Node& node, const std::string& field) {
      file.tests.push_back(ReadTest(node, field));
    });
    Finish(&map);
    if (file.evaluation_interval_ms <= 0) file.evaluation_interval_ms = 60'000;
    CheckOrder(root, file.group_eval_order);
    VEDETTE_RETURN_IF_ERROR(problems_.ToStatus());
    for (RuleTestGroup& test : file.tests) {
      if (test.interval_ms <= 0) test.interval_ms = file.evaluation_interval_ms;
    }
    return file;
  }

 private:
  void Finish(MapReader* map) const {
    if (!ignore_unknown_keys_) map->Finish();
  }

  void CheckOrder(const Node& root, const std::vector<std::string>& order) {
    std::set<std::string> names;
    for (const std::string& name : order) {
      if (names.insert(name).second) continue;
      problems_.Add(*root.Find("group_eval_order"), "group_eval_order",
                    "group name repeated in evaluation order: " + name);
    }
  }

  RuleTestGroup ReadTest(const Node& node, const std::string& field) {
    RuleTestGroup test;
    MapReader map(node, field, &problems_);
    map.String("name", &test.name);
    map.Duration("interval", &test.interval_ms);
    map.String("external_url", &test.external_url);
    std::vector<std::pair<std::string, std::string>> external;
    map.StringMap("external_labels", &external);
    model::LabelsBuilder labels;
    for (const auto& [name, value] : external) labels.Set(name, value);
    test.external_labels = labels.Build();
    std::string start;
    if (map.String("start_timestamp", &start))
      ReadStart(*node.Find("start_timestamp"), field, start, &test.start_ms);
    map.Each("input_series",
             [&](const Node& n, const std::string& f) { test.series.push_back(ReadSeries(n, f)); });
    map.Each("alert_rule_test", [&](const Node& n, const std::string& f) {
      test.alerts.push_back(ReadAlertTest(n, f));
    });
    map.Each("promql_expr_test", [&](const Node& n, const std::string& f) {
      test.exprs.push_back(ReadExprTest(n, f));
    });
    Finish(&map);
    return test;
  }

  void ReadStart(const Node& node, const std::string& field, const std::string& text,
                 int64_t* start_ms) {
    if (const auto start = ParseStart(text)) {
      *start_ms = *start;
    } else {
      problems_.Add(node, field + ".start_timestamp",
                    "want seconds since the epoch or a time as 2024-01-01T00:00:00Z, found " +
                        base::GoQuote(text));
    }
  }

  TestSeries ReadSeries(const Node& node, const std::string& field) {
    TestSeries series;
    series.place = problems_.Place(node, field);
    MapReader map(node, field, &problems_);
    map.String("series", &series.series);
    map.String("values", &series.values);
    map.Require("series");
    Finish(&map);
    return series;
  }

  AlertTest ReadAlertTest(const Node& node, const std::string& field) {
    AlertTest test;
    MapReader map(node, field, &problems_);
    map.Duration("eval_time", &test.eval_time_ms);
    map.String("alertname", &test.alert);
    map.Each("exp_alerts", [&](const Node& n, const std::string& f) {
      TestAlert alert;
      MapReader expected(n, f, &problems_);
      expected.StringMap("exp_labels", &alert.labels);
      expected.StringMap("exp_annotations", &alert.annotations);
      Finish(&expected);
      test.expected.push_back(std::move(alert));
    });
    Finish(&map);
    if (test.alert.empty()) problems_.Add(node, field + ".alertname", "missing");
    return test;
  }

  ExprTest ReadExprTest(const Node& node, const std::string& field) {
    ExprTest test;
    MapReader map(node, field, &problems_);
    map.String("expr", &test.expr);
    map.Duration("eval_time", &test.eval_time_ms);
    map.Each("exp_samples", [&](const Node& n, const std::string& f) {
      TestSample sample;
      MapReader expected(n, f, &problems_);
      expected.String("labels", &sample.labels);
      expected.String("histogram", &sample.histogram);
      std::string value;
      if (expected.String("value", &value)) ReadValue(*n.Find("value"), f, value, &sample.value);
      Finish(&expected);
      test.expected.push_back(std::move(sample));
    });
    Finish(&map);
    return test;
  }

  void ReadValue(const Node& node, const std::string& field, const std::string& text,
                 double* value) {
    if (const auto number = ParseNumber(text)) {
      *value = *number;
    } else {
      problems_.Add(node, field + ".value", "want a number, found " + base::GoQuote(text));
    }
  }

  Problems problems_;
  const bool ignore_unknown_keys_;
};

}  // namespace

base::StatusOr<RuleTestFile> ParseRuleTestFile(std::string_view text, const std::string& file,
                                               bool ignore_unknown_keys) {
  VEDETTE_ASSIGN_OR_RETURN(const Node root, base::config::ParseYaml(text, file));
  return FileReader(file, ignore_unknown_keys).Read(root);
}

}  // namespace vedette::app
