#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <variant>

#include "base/json_writer.h"
#include "collector/api/api.h"
#include "collector/api/loki_params.h"
#include "collector/api/pattern_miner.h"
#include "collector/api/prometheus_reply.h"
#include "collector/logql/parse/parser.h"
#include "collector/logql/pipeline.h"

// /loki/api/v1/patterns. Loki mines lines as they come in and keeps three hours; here they are
// mined when somebody asks, over whatever range, and nothing is kept.

namespace vedette::api {
namespace {

using base::JsonWriter;
using base::StatusOr;
using base::http::Request;
using base::http::Response;

constexpr int64_t kSecondNs = 1'000'000'000;
constexpr int64_t kLeastStep = 10 * kSecondNs;  // Loki's own
constexpr size_t kMaxPatterns = 300;
constexpr size_t kMaxMined = 4 * kMaxPatterns;  // held while lines are read
constexpr std::string_view kLevel = "detected_level";

struct PatternsAsked {
  logql::ExprPtr expr;
  LokiRange range;
  int64_t step_ns = kLeastStep;
};

StatusOr<PatternsAsked> ReadPatternsAsked(const Request& request, int64_t now_ns) {
  const base::http::Params params = request.FormParams();
  PatternsAsked asked;
  VEDETTE_ASSIGN_OR_RETURN(asked.range, ReadLokiRange(params, now_ns));
  VEDETTE_ASSIGN_OR_RETURN(asked.expr, logql::Parse(params.Get("query")));
  if (!asked.expr->IsLog()) return base::InvalidArgument("only log queries have patterns");
  VEDETTE_ASSIGN_OR_RETURN(const int64_t step, ReadLokiStep(params, asked.range));
  asked.step_ns = std::max(step, kLeastStep);
  return asked;
}

std::string_view LevelOf(const logql::StoredLine& line) {
  const std::string_view label = line.stream->Get(kLevel);
  return label.empty() ? line.metadata->Get(kLevel) : label;
}

// The newest lines first, as many as may be read before the deadline.
base::Status Mine(const LokiPatternsDeps& deps, const Request& request, const PatternsAsked& asked,
                  PatternMiner* miner) {
  const auto& query = std::get<logql::LogQuery>(asked.expr->node);
  VEDETTE_ASSIGN_OR_RETURN(logql::Pipeline pipeline, logql::Pipeline::Make(query));
  logql::ScanRequest scan;
  scan.matchers = query.matchers;
  scan.start_ns = asked.range.start_ns;
  scan.end_ns = asked.range.end_ns;
  scan.direction = logql::Direction::kBackward;
  scan.stop = request.stop;
  uint64_t left = deps.max_lines;
  return deps.source->Scan(scan, [&](std::span<const logql::StoredLine> lines) {
    for (const logql::StoredLine& line : lines) {
      if (left == 0) return false;
      --left;
      if (pipeline.Process(line)) miner->Add(LevelOf(line), line.timestamp_ns, line.line);
    }
    const int64_t deadline = request.deadline_mono_ns;
    return deadline == 0 || deps.clock->MonotonicNanos() < deadline - kSecondNs;
  });
}

void WritePattern(const LinePattern& pattern, JsonWriter* json) {
  json->BeginObject().Key("pattern").String(pattern.pattern);
  if (!pattern.level.empty()) json->Key("level").String(pattern.level);
  json->Key("samples").BeginArray();
  for (const auto& [time, count] : pattern.counts) {
    json->BeginArray().Int(time / kSecondNs).Uint(count).EndArray();
  }
  json->EndArray().EndObject();
}

Response Patterns(const LokiPatternsDeps& deps, const Request& request) {
  const auto asked = ReadPatternsAsked(request, deps.clock->WallNanos());
  if (!asked.ok()) return LokiFailure(asked.status());
  PatternMiner miner(asked->step_ns, kMaxMined);
  if (const base::Status mined = Mine(deps, request, *asked, &miner); !mined.ok()) {
    return LokiFailure(mined);
  }
  std::vector<LinePattern> patterns = miner.Take();
  if (patterns.size() > kMaxPatterns) patterns.resize(kMaxPatterns);
  return Success([&](JsonWriter* json) {
    json->BeginArray();
    for (const LinePattern& pattern : patterns) WritePattern(pattern, json);
    json->EndArray();
  });
}

}  // namespace

void RegisterLokiPatterns(base::http::Router* router, const LokiPatternsDeps& deps) {
  router->HandleGetPost(
      "/loki/api/v1/patterns", base::http::Pool::kQuery, base::http::Scope::kRead,
      base::http::Sync([deps](const Request& request) { return Patterns(deps, request); }));
}

}  // namespace vedette::api
