#ifndef VEDETTE_TESTS_CONFORMANCE_SCRIPT_H_
#define VEDETTE_TESTS_CONFORMANCE_SCRIPT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "tests/conformance/series_text.h"

// The `.test` scripts of PromQL: load series, evaluate queries, expect results.

namespace vedette::test {

struct LoadCommand {
  int64_t step_ms = 0;
  bool with_nhcb = false;  // makes native histograms of classic ones, too
  std::vector<SeriesText> series;
};

// A line `expect fail|warn|info ... msg: TEXT` or `regex: RE`; neither: any text.
struct TextExpectation {
  enum class Kind { kAny, kExact, kRegex };
  Kind kind = Kind::kAny;
  std::string text;

  bool Matches(std::string_view found) const;
};

struct EvalCommand {
  bool range = false;
  int64_t start_ms = 0;  // an instant's time
  int64_t end_ms = 0;
  int64_t step_ms = 0;
  std::string query;

  bool fail = false;
  TextExpectation fail_text;
  std::vector<TextExpectation> warnings;
  std::vector<TextExpectation> infos;
  bool no_warnings = false;
  bool no_infos = false;
  bool ordered = false;
  std::optional<double> scalar;
  std::optional<std::string> string;
  bool range_vector = false;  // an instant query that answers a matrix over the times below
  int64_t vector_start_ms = 0;
  int64_t vector_step_ms = 0;
  std::vector<SeriesText> series;
};

struct Command {
  enum class Kind { kClear, kLoad, kEval };
  Kind kind = Kind::kClear;
  int line = 0;
  LoadCommand load;
  EvalCommand eval;
};

base::StatusOr<std::vector<Command>> ParseScript(std::string_view text);

}  // namespace vedette::test

#endif  // VEDETTE_TESTS_CONFORMANCE_SCRIPT_H_
