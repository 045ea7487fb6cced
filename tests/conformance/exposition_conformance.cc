// Plays recorded pages and what Prometheus and OpenMetrics say of them against our readers.
//   exposition_conformance [-v] PATH...
// A PATH is textparse.json, protobufparse.json, or a folder of the OpenMetrics project's cases; one
// that is absent is said so and passed over. -v: also what passes though the standard says
// otherwise, and why. Ends with "N passed, N failed"; 0 when none failed.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"
#include "tests/conformance/exposition_cases.h"

namespace {

using vedette::test::ExpositionResult;

std::vector<ExpositionResult> Play(const std::string& path) {
  if (std::filesystem::is_directory(path)) return vedette::test::PlayOpenMetricsFolders(path);
  if (vedette::base::EndsWith(path, "protobufparse.json")) {
    return vedette::test::PlayProtobufCases(path);
  }
  return vedette::test::PlayTextCases(path);
}

struct Tally {
  int passed = 0;
  int failed = 0;
  int lenient = 0;
};

void Print(const ExpositionResult& result, bool verbose, Tally* tally) {
  ++(result.problem.empty() ? tally->passed : tally->failed);
  if (!result.note.empty()) ++tally->lenient;
  if (!result.problem.empty()) {
    std::printf("%s: %s\n", result.name.c_str(), result.problem.c_str());
  } else if (verbose && !result.note.empty()) {
    std::printf("%s: read, against the standard: %s\n", result.name.c_str(), result.note.c_str());
  }
}

}  // namespace

int main(int argc, char** argv) {
  bool verbose = false;
  Tally tally;
  try {
    for (int i = 1; i < argc; ++i) {
      const std::string argument = argv[i];
      if (argument == "-v") {
        verbose = true;
      } else if (!std::filesystem::exists(argument)) {
        std::printf("%s: absent, passed over\n", argument.c_str());
      } else {
        for (const ExpositionResult& result : Play(argument)) Print(result, verbose, &tally);
      }
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "a corpus cannot be read: %s\n", error.what());
    return 2;
  }
  if (tally.lenient > 0) {
    std::printf("%d read as Prometheus reads them, against the OpenMetrics standard\n",
                tally.lenient);
  }
  std::printf("%d passed, %d failed\n", tally.passed, tally.failed);
  return tally.failed == 0 ? 0 : 1;
}
