#include "tests/conformance/runner.h"

#include <algorithm>
#include <functional>

#include "base/strings.h"
#include "collector/promql/functions.h"
#include "collector/promql/printer.h"
#include "tests/conformance/custom_buckets.h"

namespace vedette::test {
namespace {

using promql::ExprPtr;

// Children of a node, for walks over a whole tree.
std::vector<promql::Expr*> ChildrenOf(promql::Expr* expr) {
  using namespace promql;
  switch (expr->kind) {
    case ExprKind::kParen:
      return {As<ParenExpr>(*expr).inner.get()};
    case ExprKind::kUnary:
      return {As<UnaryExpr>(*expr).operand.get()};
    case ExprKind::kBinary:
      return {As<BinaryExpr>(*expr).lhs.get(), As<BinaryExpr>(*expr).rhs.get()};
    case ExprKind::kAggregate: {
      auto& node = As<AggregateExpr>(*expr);
      if (node.param) return {node.param.get(), node.operand.get()};
      return {node.operand.get()};
    }
    case ExprKind::kCall: {
      std::vector<Expr*> out;
      for (const ExprPtr& arg : As<CallExpr>(*expr).args) out.push_back(arg.get());
      return out;
    }
    case ExprKind::kSubquery:
      return {As<SubqueryExpr>(*expr).inner.get()};
    default:
      return {};
  }
}

promql::TimeModifier* TimeOf(promql::Expr* expr) {
  using namespace promql;
  if (auto* node = TryAs<VectorSelector>(*expr)) return &node->time;
  if (auto* node = TryAs<MatrixSelector>(*expr)) return &node->selector->time;
  if (auto* node = TryAs<SubqueryExpr>(*expr)) return &node->time;
  return nullptr;
}

bool AnyNode(promql::Expr* expr, const std::function<bool(promql::Expr*)>& test) {
  if (test(expr)) return true;
  const auto children = ChildrenOf(expr);
  return std::any_of(children.begin(), children.end(),
                     [&](promql::Expr* child) { return AnyNode(child, test); });
}

void Pin(promql::Expr* expr, int64_t time_ms) {
  if (promql::TimeModifier* time = TimeOf(expr)) {
    if (!time->at_ms) {
      time->at_ms = time_ms;
      time->at = promql::AtPreprocessor::kNone;
    }
    return;  // what a subquery holds is pinned with it
  }
  for (promql::Expr* child : ChildrenOf(expr)) Pin(child, time_ms);
}

}  // namespace

std::optional<std::string> PinTime(const std::string& query, int64_t time_ms,
                                   const promql::ParserOptions& options) {
  auto expr = promql::ParseExpr(query, options);
  if (!expr.ok()) return std::nullopt;
  const bool varies = AnyNode(expr->get(), [](promql::Expr* node) {
    const auto* call = promql::TryAs<promql::CallExpr>(*node);
    return call != nullptr && promql::DependsOnEvaluationTime(call->function->id);
  });
  if (varies) return std::nullopt;
  Pin(expr->get(), time_ms);
  return promql::Print(**expr);
}

promql::Engine::Options CorpusOptions(promql::Level level) {
  promql::Engine::Options options;
  options.max_samples = 10'000;
  options.delayed_name_removal = true;
  options.max_annotations = 0;
  options.level = level;
  const bool newer = level == promql::Level::kPrometheus314;
  options.annotation_positions = newer;
  options.use_start_timestamps = newer;
  options.parser.experimental_functions = true;
  options.parser.duration_expressions = true;
  options.parser.newer = newer;
  options.parser.extended_range_selectors = newer;
  options.parser.fill_modifiers = newer;
  return options;
}

ScriptRunner::ScriptRunner(std::string file, promql::Level level, const base::Clock* clock)
    : file_(std::move(file)), engine_(CorpusOptions(level), clock) {}

promql::QueryContext ScriptRunner::Context() const {
  promql::QueryContext context;
  context.queryable = &store_;
  context.timeout = std::chrono::seconds(100);
  return context;
}

void ScriptRunner::Run(const std::vector<Command>& commands, Tally* tally) {
  for (const Command& command : commands) {
    if (command.kind == Command::Kind::kClear) store_.Clear();
    if (command.kind == Command::Kind::kLoad) Load(command.load);
    if (command.kind != Command::Kind::kEval) continue;
    const std::string wrong = Evaluate(command.eval);
    if (wrong.empty()) {
      ++tally->passed;
    } else {
      ++tally->failed;
      tally->failures.push_back(base::Concat(
          {file_, ":", std::to_string(command.line), ": ", command.eval.query, ": ", wrong}));
    }
  }
}

void ScriptRunner::Load(const LoadCommand& load) {
  for (const SeriesText& series : load.series) LoadSeries(series, load.step_ms);
  if (!load.with_nhcb) return;
  for (const SeriesText& series : ToCustomBuckets(load.series)) LoadSeries(series, load.step_ms);
}

void ScriptRunner::LoadSeries(const SeriesText& series, int64_t step_ms) {
  for (size_t i = 0; i < series.items.size(); ++i) {
    const SeriesText::Item& item = series.items[i];
    if (!item.present) continue;
    const int64_t time = static_cast<int64_t>(i) * step_ms;
    const int64_t start = series.starts.empty() || !series.starts[i] ? 0 : time + *series.starts[i];
    if (item.histogram != nullptr) {
      store_.Append(series.labels, time, item.histogram, start);
    } else {
      store_.Append(series.labels, time, item.value, start);
    }
  }
}

std::string ScriptRunner::Evaluate(const EvalCommand& eval) const {
  if (eval.range) {
    return CheckResult(
        eval, engine_.Range(eval.query, eval.start_ms, eval.end_ms, eval.step_ms, Context()));
  }
  std::string wrong = EvaluateInstant(eval);
  if (!wrong.empty() || eval.fail) return wrong;
  wrong = EvaluatePinned(eval);
  return wrong.empty() ? EvaluateAsRange(eval) : wrong;
}

std::string ScriptRunner::EvaluateInstant(const EvalCommand& eval) const {
  return CheckResult(eval, engine_.Instant(eval.query, eval.start_ms, Context()));
}

std::string ScriptRunner::EvaluatePinned(const EvalCommand& eval) const {
  const int64_t t = eval.start_ms;
  const auto pinned = PinTime(eval.query, t, engine_.options().parser);
  if (!pinned) return {};
  const std::vector<int64_t> times = t == 0 ? std::vector<int64_t>{-1000, 0, 1000}
                                            : std::vector<int64_t>{-10 * t, 0, t / 5, t, 10 * t};
  for (const int64_t time : times) {
    const std::string wrong = CheckResult(eval, engine_.Instant(*pinned, time, Context()));
    if (!wrong.empty()) {
      return base::Concat({"as ", *pinned, " at ", std::to_string(time), "ms: ", wrong});
    }
  }
  return {};
}

std::string ScriptRunner::EvaluateAsRange(const EvalCommand& eval) const {
  const bool varies = eval.query.find("start()") != std::string::npos ||
                      eval.query.find("end()") != std::string::npos ||
                      eval.query.find("range()") != std::string::npos ||
                      eval.query.find("step()") != std::string::npos;
  if (eval.ordered || eval.string || eval.range_vector || varies) return {};
  constexpr int64_t kMinute = 60'000;
  promql::Result result = engine_.Range(eval.query, eval.start_ms - kMinute,
                                        eval.start_ms + kMinute, kMinute, Context());
  if (!result.ok()) return "as a range query: error: " + result.error;
  promql::Result middle;
  middle.value.type = eval.scalar ? promql::ValueType::kScalar : promql::ValueType::kVector;
  for (const promql::Series& series : result.value.matrix) {
    for (const model::Sample& point : series.points) {
      if (point.timestamp_ms != eval.start_ms) continue;
      middle.value.scalar = point.value;
      middle.value.vector.push_back({series.labels, point.timestamp_ms, point.value});
    }
    for (const model::HistogramSample& h : series.histograms) {
      if (h.time_ms != eval.start_ms) continue;
      middle.value.vector.push_back({series.labels, h.time_ms, 0, h.histogram});
    }
  }
  // Annotations may belong to the other steps.
  EvalCommand values = eval;
  values.warnings.clear();
  values.infos.clear();
  values.no_warnings = values.no_infos = false;
  const std::string wrong = CheckResult(values, middle);
  return wrong.empty() ? wrong : "as the middle of a range query: " + wrong;
}

}  // namespace vedette::test
