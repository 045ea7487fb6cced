// promql_conformance [--if-present] [--level=3.5|--level=3.14] FILE_OR_FOLDER...
//
// Runs PromQL `.test` scripts in process, prints what fails and a summary. Exit code 1 when
// anything failed, 2 when a script could not be read. A path behind --if-present may be absent; one
// behind --level is held against that version's answers (3.5 unless told otherwise).

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "tests/conformance/runner.h"
#include "tests/support/shared_dir.h"

namespace vedette::test {
namespace {

std::vector<std::string> ScriptsIn(const std::string& path) {
  if (!std::filesystem::is_directory(path)) return {path};
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
    if (entry.path().extension() == ".test") out.push_back(entry.path().string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

int Main(const std::vector<std::string>& paths) {
  const base::SystemClock clock;
  Tally tally;
  int unreadable = 0;
  bool optional = false;
  promql::Level level = promql::Level::kPrometheus35;
  for (const std::string& path : paths) {
    if (path == "--if-present") {
      optional = true;
      continue;
    }
    if (path == "--level=3.5" || path == "--level=3.14") {
      level = path == "--level=3.5" ? promql::Level::kPrometheus35 : promql::Level::kPrometheus314;
      continue;
    }
    if (optional && !std::filesystem::exists(path)) {
      std::printf("%s is not on this machine: skipped\n", path.c_str());
      continue;
    }
    for (const std::string& file : ScriptsIn(path)) {
      const auto commands = ParseScript(ReadWholeFile(file));
      if (!commands.ok()) {
        std::printf("%s: %s\n", file.c_str(), std::string(commands.status().message()).c_str());
        ++unreadable;
        continue;
      }
      ScriptRunner(std::filesystem::path(file).filename(), level, &clock).Run(*commands, &tally);
    }
  }
  for (const std::string& failure : tally.failures) std::printf("%s\n", failure.c_str());
  std::printf("%d passed, %d failed\n", tally.passed, tally.failed);
  if (unreadable > 0) return 2;
  return tally.failed > 0 ? 1 : 0;
}

}  // namespace
}  // namespace vedette::test

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr,
                 "use: promql_conformance [--if-present] [--level=3.5|3.14] FILE_OR_FOLDER...\n");
    return 2;
  }
  return vedette::test::Main(std::vector<std::string>(argv + 1, argv + argc));
}
