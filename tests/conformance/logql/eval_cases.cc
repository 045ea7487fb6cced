#include <algorithm>
#include <cmath>
#include <sstream>

#include "base/strings.h"
#include "collector/logql/engine.h"
#include "tests/conformance/logql/cases.h"
#include "tests/conformance/logql/corpus_json.h"
#include "tests/conformance/logql/load_script.h"
#include "tests/support/fake_clock.h"

namespace vedette::logql {
namespace {

namespace json = boost::json;

constexpr std::string_view kScalar = "scalar";

using Points = std::map<int64_t, double>;

struct Answer {
  std::map<std::string, Points> series;
  std::vector<std::string> order;  // of the series, as they came
  std::string error;
};

void Add(const std::string& labels, int64_t time, double value, Answer* answer) {
  const auto [it, fresh] = answer->series.try_emplace(labels);
  if (fresh) answer->order.push_back(labels);
  it->second[time] = value;
}

// One evaluation of a script: when, and what it must come to.
struct Expectation {
  bool instant = false;
  int64_t start = 0;
  int64_t end = 0;
  int64_t step = 1;
  bool ordered = false;
  bool fails = false;
  std::string message;  // of the failure, a part of it
  Answer answer;
};

void ReadSeries(std::string_view text, Expectation* wanted) {
  const size_t close = text[0] == '{' ? text.rfind('}') + 1 : 0;
  const std::string labels = close != 0        ? ScriptLabels(text.substr(0, close)).ToString()
                             : wanted->instant ? std::string(kScalar)
                                               : "{}";
  std::istringstream values{std::string(text.substr(close))};
  int64_t time = wanted->start;
  for (std::string value; values >> value; time += wanted->step) {
    if (const auto number = base::ParseDouble(value)) Add(labels, time, *number, &wanted->answer);
  }
}

Expectation Read(const json::object& test) {
  Expectation wanted;
  wanted.instant = test.at("instant").is_string();
  wanted.start = ScriptTime(Text(test.at(wanted.instant ? "instant" : "from")));
  if (!wanted.instant) {
    wanted.end = ScriptTime(Text(test.at("to")));
    wanted.step = ScriptTime(Text(test.at("step")));
  }
  for (const json::value& item : test.at("expect").as_array()) {
    const std::string text = Text(item);
    if (base::StartsWith(text, "expect fail")) {
      wanted.fails = true;
      const size_t message = text.find("msg: ");
      if (message != std::string::npos) wanted.message = text.substr(message + 5);
    } else if (base::StartsWith(text, "expect ordered")) {
      wanted.ordered = true;
    } else if (!base::StartsWith(text, "expect")) {
      ReadSeries(text, &wanted);
    }
  }
  return wanted;
}

base::StatusOr<Result> Ask(const std::string& query, const Expectation& wanted,
                           const Engine& engine) {
  if (wanted.instant) return engine.QueryInstant(query, wanted.start, {});
  RangeQuery range;
  range.query = query;
  range.start_ns = wanted.start;
  range.end_ns = wanted.end;
  range.step_ns = wanted.step;
  range.align = false;  // the scripts speak to the engine behind the API
  return engine.QueryRange(range, {});
}

Answer ToAnswer(const base::StatusOr<Result>& result) {
  Answer answer;
  if (!result.ok()) {
    answer.error = base::Message(result.status());
  } else if (const auto* vector = std::get_if<Vector>(&result->value)) {
    for (const VectorSample& sample : *vector) {
      Add(sample.metric.ToString(), sample.timestamp_ns, sample.value, &answer);
    }
  } else if (const auto* matrix = std::get_if<Matrix>(&result->value)) {
    for (const MatrixSeries& series : *matrix) {
      for (size_t i = 0; i < series.values.size(); ++i) {
        Add(series.metric.ToString(), series.timestamps_ns[i], series.values[i], &answer);
      }
    }
  } else if (const auto* scalar = std::get_if<Scalar>(&result->value)) {
    Add(std::string(kScalar), scalar->timestamp_ns, scalar->value, &answer);
  }
  return answer;
}

bool Near(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  return a == b || std::fabs(a - b) <= 1e-9 * std::max(std::fabs(a), std::fabs(b));
}

bool Near(const Points& a, const Points& b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](const auto& x, const auto& y) {
           return x.first == y.first && Near(x.second, y.second);
         });
}

bool AsWanted(const Expectation& wanted, const Answer& answer) {
  if (wanted.fails) {
    return !answer.error.empty() && answer.error.find(wanted.message) != std::string::npos;
  }
  if (!answer.error.empty() || answer.series.size() != wanted.answer.series.size()) return false;
  for (const auto& [labels, points] : wanted.answer.series) {
    const auto it = answer.series.find(labels);
    if (it == answer.series.end() || !Near(points, it->second)) return false;
  }
  return !wanted.ordered || answer.order == wanted.answer.order;
}

std::string Show(const Answer& answer) {
  std::string text = answer.error;
  for (const std::string& labels : answer.order) {
    text += base::Concat({" ", labels});
    for (const auto& [time, value] : answer.series.at(labels)) {
      text += base::Concat({" ", std::to_string(value)});
    }
  }
  return text;
}

}  // namespace

void JudgeEvaluation(const std::string& path, Score* score) {
  test::FakeClock clock;
  for (const std::string& row : RowsOf(path)) {
    const json::object test = json::parse(row).as_object();
    MemorySource source;
    for (const json::value& line : test.at("load").as_array()) LoadScriptLine(Text(line), &source);
    const Expectation wanted = Read(test);
    const Answer answer = ToAnswer(Ask(Text(test.at("expr")), wanted, Engine(&source, &clock)));
    score->Judge(AsWanted(wanted, answer), [&] {
      return base::Concat({Text(test.at("id")), " ", Text(test.at("expr")), "\n  want ",
                           json::serialize(test.at("expect")), "\n  got ", Show(answer)});
    });
  }
}

}  // namespace vedette::logql
