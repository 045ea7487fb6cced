#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "collector/logql/parse/line_pattern.h"
#include "collector/logql/parse/parser.h"
#include "collector/logql/pipeline.h"
#include "collector/logql/stages/json_path.h"
#include "collector/logql/stages/pattern_matcher.h"

namespace {

namespace logql = vedette::logql;
using vedette::model::Labels;

constexpr std::string_view kPipelines[] = {
    "| json",
    "| json a=\"b.c[0]\", d=\"e[\\\"f\\\"]\", g",
    "| logfmt",
    "| logfmt --strict --keep-empty",
    "| logfmt --strict a, b=\"c\"",
    "| unpack | json | logfmt",
    "| pattern \"<a> - <_> [<b>] <c>\"",
    "| regexp \"(?P<a>\\\\w+)=(?P<b>[^ ]*)\"",
    "| decolorize |= \"a\" != ip(\"10.0.0.0/8\") |> \"<_>a<_>\"",
    "| json | a > 1 or b < 2s and c >= 3KB or d = ip(\"::1/64\") or e =~ \"f+\"",
    "| logfmt | label_format x=a, y=`{{.b}}{{__line__}}` | drop a, b=~\"c.*\" | keep x, y",
};

// The first byte chooses the pipeline, the rest is the line.
void RunPipeline(uint8_t choice, std::string_view line) {
  const std::string_view stages = kPipelines[choice % std::size(kPipelines)];
  const auto expr = logql::Parse("{a=\"s\"} " + std::string(stages));
  if (!expr.ok()) std::abort();
  auto pipeline = logql::Pipeline::Make(std::get<logql::LogQuery>((*expr)->node));
  if (!pipeline.ok()) std::abort();
  const Labels stream{{"a", "s"}};
  const Labels metadata{{"b", "m"}};
  for (int i = 0; i < 2; ++i) {  // stages keep buffers
    if (!pipeline->Process({1, line, &stream, &metadata})) continue;
    const auto parsed = pipeline->labels().Parsed();
    if (!std::is_sorted(parsed.begin(), parsed.end())) std::abort();
  }
}

}  // namespace

// Whatever a line holds the stages end, and say the same of it twice; so do patterns and paths that
// are made of it.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  RunPipeline(data[0], text);
  const size_t half = text.size() / 2;
  const logql::LinePattern pattern = logql::ParseLinePattern(text.substr(0, half));
  logql::MatchesPattern(pattern, text.substr(half));
  if (const auto path = logql::ParseJsonPath(text.substr(0, half)); path.ok()) {
    logql::JsonValue value;
    const char* error = nullptr;
    logql::FindJsonPath(text.substr(half), *path, &value, &error);
  }
  return 0;
}
