#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>
#include <sstream>

#include "base/strings.h"
#include "collector/logql/engine.h"
#include "collector/logql/parse/lexer.h"
#include "collector/logql/parse/parser.h"
#include "collector/logql/parse/printer.h"
#include "collector/logql/parse/units.h"
#include "collector/logql/pipeline.h"
#include "memory_source.h"
#include "tests/support/fake_clock.h"
#include "tests/support/shared_dir.h"

// Loki's own verdicts, read where they lie. A row counts when our parser does not answer "is not
// supported yet" to its query; those that it does are skipped and counted.

namespace vedette::logql {
namespace {

namespace json = boost::json;
using Map = std::map<std::string, std::string>;

constexpr std::string_view kCorpora = "reference/logs/corpora";

struct Tally {
  int passed = 0;
  int failed = 0;
  int skipped = 0;
  std::vector<std::string> complaints;

  void Judge(bool good, const std::string& what) {
    good ? ++passed : ++failed;
    if (!good && complaints.size() < 40) complaints.push_back(what);
  }
  void Report(const char* name) const {
    std::printf("%s: %d passed, %d failed, %d skipped\n", name, passed, failed, skipped);
    for (const std::string& complaint : complaints) std::printf("  %s\n", complaint.c_str());
  }
};

bool NotSupported(const base::Status& status) {
  return base::Message(status).find("is not supported yet") != std::string_view::npos;
}

std::string Text(const json::value& value) { return std::string(value.as_string()); }

Map ToMap(const json::value& value) {
  Map map;
  for (const auto& [name, member] : value.as_object()) map[std::string(name)] = Text(member);
  return map;
}

model::Labels ToLabels(const Map& map) {
  std::vector<std::pair<std::string, std::string>> pairs(map.begin(), map.end());
  return model::Labels::FromPairs(std::move(pairs));
}

Map ToMap(const model::Labels& labels) {
  Map map;
  for (const model::LabelView& label : labels) map[std::string(label.name)] = label.value;
  return map;
}

std::vector<std::string> LinesOf(const std::string& path) {
  std::vector<std::string> lines;
  const std::string text = test::ReadWholeFile(path);
  for (const std::string_view line : base::Split(text, '\n')) {
    if (!line.empty()) lines.emplace_back(line);
  }
  return lines;
}

TEST(LogqlCorpus, ParserGivesLokisVerdicts) {
  VEDETTE_SHARED_OR_SKIP(corpora, kCorpora);
  Tally suites;
  Tally mutations;
  Tally errors;
  Tally canonical;
  const std::vector<std::string> rows = LinesOf(corpora + "/parser.tsv");
  for (size_t i = 1; i < rows.size(); ++i) {
    const auto columns = base::Split(rows[i], '\t');
    ASSERT_GE(columns.size(), 6u);
    boost::system::error_code bad;
    const json::value parsed = json::parse(columns[0], bad);
    if (bad) continue;
    const std::string query = Text(parsed);
    const auto expr = Parse(query);
    if (!expr.ok() && NotSupported(expr.status())) {
      ++(columns[5] == "mutation" ? mutations : suites).skipped;
      continue;
    }
    // The bytes that made these invalid were lost when the corpus became JSON.
    if (query.find("\xEF\xBF\xBD") != std::string::npos) continue;
    Tally& verdicts = columns[5] == "mutation" ? mutations : suites;
    verdicts.Judge(expr.ok() == (columns[1] == "valid"),
                   base::Concat({columns[1], " ", columns[5], " ", columns[0],
                                 " ours: ", expr.ok() ? "valid" : base::Message(expr.status())}));
    if (!expr.ok() && columns[1] == "invalid") {
      const std::string theirs = Text(json::parse(columns[4], bad));
      errors.Judge(
          theirs == base::Message(expr.status()),
          base::Concat({columns[0], "\n    ", theirs, "\n    ", base::Message(expr.status())}));
    }
    if (expr.ok() && columns[1] == "valid") {
      const std::string printed = Print(**expr);
      const auto again = Parse(printed);
      ASSERT_TRUE(again.ok()) << query << " printed as " << printed << ": " << again.status();
      EXPECT_EQ(Print(**again), printed) << query;
      const std::string theirs = Text(json::parse(columns[3], bad));
      canonical.Judge(theirs == printed, base::Concat({theirs, "\n    ", printed}));
    }
  }
  suites.Report("parser verdicts, test suites");
  mutations.Report("parser verdicts, mutations");
  errors.complaints.resize(std::min<size_t>(errors.complaints.size(), 12));
  canonical.complaints.resize(std::min<size_t>(canonical.complaints.size(), 12));
  errors.Report("parser error texts (not required)");
  canonical.Report("canonical form (not required)");
  EXPECT_EQ(suites.failed, 0);
  // Loki's scanner takes stray characters such as ~ for names; ours does not.
  EXPECT_LE(mutations.failed * 100, mutations.passed);
}

TEST(LogqlCorpus, PipelinesKeepAndLabelAsLoki) {
  VEDETTE_SHARED_OR_SKIP(corpora, kCorpora);
  Tally tally;
  for (const std::string& row : LinesOf(corpora + "/pipeline.jsonl")) {
    const json::object test = json::parse(row).as_object();
    const auto expr = Parse(Text(test.at("expr")));
    if (!expr.ok() && NotSupported(expr.status())) {
      ++tally.skipped;
      continue;
    }
    ASSERT_TRUE(expr.ok()) << row << expr.status();
    auto pipeline = Pipeline::Make(std::get<LogQuery>((*expr)->node));
    ASSERT_TRUE(pipeline.ok());
    const model::Labels stream = ToLabels(ToMap(test.at("stream")));
    const model::Labels metadata = ToLabels(ToMap(test.at("sm")));
    const std::string line = Text(test.at("line"));
    const bool kept = pipeline->Process({0, line, &stream, &metadata});
    const json::object want = test.at("want").as_object();
    bool good = kept == want.at("keep").as_bool();
    std::string got = kept ? "kept" : "dropped";
    if (good && kept) {
      LineLabels plain;
      plain.Reset(stream, metadata);
      const LineLabels& labels = pipeline->LeavesLabels() ? plain : pipeline->labels();
      Map parsed;
      for (const auto& [name, value] : labels.Parsed()) parsed[name] = value;
      good = parsed == ToMap(want.at("parsed")) &&
             ToMap(labels.Stream()) == ToMap(want.at("stream")) &&
             ToMap(labels.Metadata()) == ToMap(want.at("sm"));
      for (const auto& [name, value] : parsed) got += " " + name + "=" + value;
    }
    tally.Judge(good, row.substr(0, 900) + "\n    got " + got + "\n    want " +
                          json::serialize(want).substr(0, 600));
  }
  tally.Report("pipelines");
  EXPECT_EQ(tally.failed, 0);
}

// --- eval.jsonl ----------------------------------------------------------------------------------

std::string Unquote(std::string_view* text) {
  const char quote = (*text)[0];
  const size_t end = text->find(quote, 1);
  size_t at = end;
  while (quote == '"' && at != std::string_view::npos && (*text)[at - 1] == '\\') {
    at = text->find(quote, at + 1);
  }
  const auto tokens = Lex(text->substr(0, at + 1));
  text->remove_prefix(at + 1);
  return tokens.ok() ? (*tokens)[0].text : std::string();
}

int64_t Seconds(std::string_view text) { return ParseAnyDuration(base::Trim(text)).value_or(0); }

model::Labels SelectorLabels(std::string_view selector) {
  model::LabelsBuilder builder;
  const auto tokens = Lex(selector);
  if (!tokens.ok()) return {};
  for (size_t i = 0; i + 2 < tokens->size(); ++i) {
    if ((*tokens)[i + 1].IsOperator("=")) builder.Set((*tokens)[i].text, (*tokens)[i + 2].text);
  }
  return builder.Build();
}

// {app="a"} "line" @ 20s [repeat every 20s for 4] [metadata k="m"]
void Load(std::string_view text, MemorySource* source) {
  const size_t close = text.find('}');
  const model::Labels stream = SelectorLabels(text.substr(0, close + 1));
  text = base::Trim(text.substr(close + 1));
  const std::string line = Unquote(&text);
  text = base::Trim(text.substr(text.find('@') + 1));
  const size_t end = std::min(text.find('['), text.size());
  const int64_t start = Seconds(text.substr(0, end));
  int64_t every = 0;
  int64_t times = 1;
  model::Labels metadata;
  if (const size_t at = text.find("[repeat every "); at != std::string_view::npos) {
    const std::string_view rest = text.substr(at + 14);
    const size_t word = rest.find(" for ");
    every = Seconds(rest.substr(0, word));
    times =
        base::ParseInt(base::Trim(rest.substr(word + 5, rest.find(']') - word - 5))).value_or(1);
  }
  if (const size_t at = text.find("[metadata "); at != std::string_view::npos) {
    const std::string_view rest = text.substr(at + 10);
    metadata = SelectorLabels(rest.substr(0, rest.find(']')));
  }
  for (int64_t i = 0; i < times; ++i) source->Add(stream, start + i * every, line, metadata);
}

std::optional<double> ParseValue(std::string_view text) { return base::ParseDouble(text); }

bool Near(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  return a == b || std::fabs(a - b) <= 1e-9 * std::max(std::fabs(a), std::fabs(b));
}

struct Outcome {
  std::map<std::string, std::map<int64_t, double>> series;
  std::string error;
};

Outcome Evaluate(const json::object& test, const Engine& engine) {
  Outcome outcome;
  base::StatusOr<Result> result;
  QueryContext context;
  const std::string query = Text(test.at("expr"));
  if (test.at("instant").is_string()) {
    result = engine.QueryInstant(query, Seconds(Text(test.at("instant"))), context);
  } else {
    RangeQuery range;
    range.query = query;
    range.start_ns = Seconds(Text(test.at("from")));
    range.end_ns = Seconds(Text(test.at("to")));
    range.step_ns = Seconds(Text(test.at("step")));
    range.align = false;  // the scripts speak to the engine behind the API
    result = engine.QueryRange(range, context);
  }
  if (!result.ok()) {
    outcome.error = base::Message(result.status());
    return outcome;
  }
  if (const auto* vector = std::get_if<Vector>(&result->value)) {
    for (const VectorSample& sample : *vector) {
      outcome.series[sample.metric.ToString()][sample.timestamp_ns] = sample.value;
    }
  } else if (const auto* matrix = std::get_if<Matrix>(&result->value)) {
    for (const MatrixSeries& series : *matrix) {
      for (size_t i = 0; i < series.values.size(); ++i) {
        outcome.series[series.metric.ToString()][series.timestamps_ns[i]] = series.values[i];
      }
    }
  } else if (const auto* scalar = std::get_if<Scalar>(&result->value)) {
    outcome.series["scalar"][scalar->timestamp_ns] = scalar->value;
  }
  return outcome;
}

bool AsExpected(const json::object& test, const Outcome& outcome) {
  std::map<std::string, std::map<int64_t, double>> want;
  const bool instant = test.at("instant").is_string();
  const int64_t from = Seconds(Text(test.at(instant ? "instant" : "from")));
  const int64_t step = instant ? 1 : Seconds(Text(test.at("step")));
  for (const json::value& item : test.at("expect").as_array()) {
    const std::string text = Text(item);
    if (base::StartsWith(text, "expect fail")) return !outcome.error.empty();
    if (base::StartsWith(text, "expect")) continue;
    const size_t close = text[0] == '{' ? text.rfind('}') + 1 : 0;
    const std::string labels =
        close == 0 ? (instant ? "scalar" : "{}") : SelectorLabels(text.substr(0, close)).ToString();
    int64_t point = 0;
    std::istringstream values(text.substr(close));
    for (std::string value; values >> value; ++point) {
      if (const auto number = ParseValue(value)) want[labels][from + point * step] = *number;
    }
  }
  if (!outcome.error.empty() || want.size() != outcome.series.size()) return false;
  for (const auto& [labels, points] : want) {
    const auto it = outcome.series.find(labels);
    if (it == outcome.series.end() || it->second.size() != points.size()) return false;
    for (const auto& [time, value] : points) {
      const auto point = it->second.find(time);
      if (point == it->second.end() || !Near(point->second, value)) return false;
    }
  }
  return true;
}

TEST(LogqlCorpus, MetricQueriesComeToLokisNumbers) {
  VEDETTE_SHARED_OR_SKIP(corpora, kCorpora);
  Tally tally;
  test::FakeClock clock;
  for (const std::string& row : LinesOf(corpora + "/eval.jsonl")) {
    const json::object test = json::parse(row).as_object();
    const auto expr = Parse(Text(test.at("expr")));
    if (!expr.ok() && NotSupported(expr.status())) {
      ++tally.skipped;
      continue;
    }
    MemorySource source;
    for (const json::value& line : test.at("load").as_array()) Load(Text(line), &source);
    const Outcome outcome = Evaluate(test, Engine(&source, &clock));
    std::string got = outcome.error;
    for (const auto& [labels, points] : outcome.series) {
      got += " " + labels;
      for (const auto& [time, value] : points) got += " " + std::to_string(value);
    }
    tally.Judge(AsExpected(test, outcome), Text(test.at("id")) + " " + Text(test.at("expr")) +
                                               " want " + json::serialize(test.at("expect")) +
                                               " got " + got);
  }
  tally.Report("metric queries");
  EXPECT_EQ(tally.failed, 0);
}

}  // namespace
}  // namespace vedette::logql
