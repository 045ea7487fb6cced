// Plays what a folder of Loki's own verdicts holds, judges and counts it.
// Usage: logql_conformance FOLDER
#include <cstdio>
#include <filesystem>
#include <string>

#include "tests/conformance/logql/cases.h"

namespace vedette::logql {
namespace {

struct Corpus {
  const char* file;
  void (*judge)(const std::string& path, Score* score);
};

constexpr int kSkipped = 77;

constexpr Corpus kCorpora[] = {
    {"parser.tsv", JudgeParser},     {"pipeline.jsonl", JudgePipelines},
    {"eval.jsonl", JudgeEvaluation}, {"levels.jsonl", JudgeLevels},
    {"api.jsonl", JudgeApi},
};

int Main(const std::string& folder) {
  if (!std::filesystem::exists(folder)) {
    std::printf("skipped: %s is not there\n", folder.c_str());
    return kSkipped;
  }
  size_t passed = 0;
  size_t failed = 0;
  for (const Corpus& corpus : kCorpora) {
    const std::string path = folder + "/" + corpus.file;
    if (!std::filesystem::exists(path)) continue;
    Score score(corpus.file);
    corpus.judge(path, &score);
    score.Report();
    passed += score.passed();
    failed += score.failed();
  }
  std::printf("%zu passed, %zu failed\n", passed, failed);
  return failed == 0 && passed > 0 ? 0 : 1;
}

}  // namespace
}  // namespace vedette::logql

int main(int argc, char** argv) {
  if (argc != 2) {
    std::printf("usage: logql_conformance FOLDER\n");
    return 2;
  }
  return vedette::logql::Main(argv[1]);
}
