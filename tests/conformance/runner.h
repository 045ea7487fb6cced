#ifndef VEDETTE_TESTS_CONFORMANCE_RUNNER_H_
#define VEDETTE_TESTS_CONFORMANCE_RUNNER_H_

#include <string>
#include <vector>

#include "base/clock.h"
#include "collector/promql/engine.h"
#include "tests/conformance/memory_store.h"
#include "tests/conformance/script.h"

namespace vedette::test {

struct Tally {
  int passed = 0;
  int failed = 0;
  std::vector<std::string> failures;  // "FILE:LINE: QUERY: what is wrong"
};

// The settings under which Prometheus runs its scripts: lookback 5m, at most 10,000 samples a
// query, delayed name removal, all that is experimental in the version.
promql::Engine::Options CorpusOptions(promql::Level level);

// Runs one script. Each instant evaluation is run again with "@ TIME"
// on its selectors at other times, and as the middle step of a range query.
class ScriptRunner {
 public:
  ScriptRunner(std::string file, promql::Level level, const base::Clock* clock);

  void Run(const std::vector<Command>& commands, Tally* tally);

 private:
  void Load(const LoadCommand& load);
  void LoadSeries(const SeriesText& series, int64_t step_ms);
  // Empty when the evaluation did as expected.
  std::string Evaluate(const EvalCommand& eval) const;
  std::string EvaluateInstant(const EvalCommand& eval) const;
  std::string EvaluatePinned(const EvalCommand& eval) const;
  std::string EvaluateAsRange(const EvalCommand& eval) const;
  promql::QueryContext Context() const;

  const std::string file_;
  const promql::Engine engine_;
  MemoryStore store_;
};

// Empty when the result is what the command expects.
std::string CheckResult(const EvalCommand& eval, const promql::Result& result);

// The query with "@ TIME" on every selector and subquery that has none and stands in no subquery
// that has one; nothing when that would not keep its meaning.
std::optional<std::string> PinTime(const std::string& query, int64_t time_ms,
                                   const promql::ParserOptions& options);

}  // namespace vedette::test

#endif  // VEDETTE_TESTS_CONFORMANCE_RUNNER_H_
