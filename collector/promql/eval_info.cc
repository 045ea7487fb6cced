#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "absl/container/flat_hash_map.h"
#include "base/strings.h"
#include "collector/promql/evaluator.h"

// info(v, {selector}): gives series the labels of the info series about the same target.

namespace vedette::promql {
namespace {

constexpr std::string_view kTargetInfo = "target_info";
// What tells targets apart; fixed, as upstream's is.
const std::vector<std::string>& IdentifyingLabels() {
  static const std::vector<std::string> kNames = {"instance", "job"};
  return kNames;
}

// The second argument, taken apart.
struct InfoSelector {
  std::vector<model::Matcher> names;  // of info metrics; target_info where there is none
  std::vector<model::Matcher> data;   // of the labels to add; none: all

  bool Wants(std::string_view label) const {
    return data.empty() ||
           std::any_of(data.begin(), data.end(), [&](const auto& m) { return m.name() == label; });
  }
  // Whether series stay that get no label: those of which `matchers` ask for nothing.
  static bool AllMatchEmpty(const std::vector<model::Matcher>& matchers) {
    return std::all_of(matchers.begin(), matchers.end(),
                       [](const auto& m) { return m.MatchesEmpty(); });
  }
};

// By newer rules, matchers that only leave out names choose among those that end as info metrics'
// names do.
InfoSelector SelectorOf(const CallExpr& call, bool newer) {
  InfoSelector out;
  if (call.args.size() > 1) {
    for (const model::Matcher& m : As<VectorSelector>(StripParens(*call.args[1])).matchers) {
      (m.name() == model::kMetricName ? out.names : out.data).push_back(m);
    }
  }
  const bool negative = std::all_of(out.names.begin(), out.names.end(), [](const auto& m) {
    return m.type() == model::MatchType::kNotEqual || m.type() == model::MatchType::kNotRegex;
  });
  if (newer && negative && !out.names.empty()) {
    const auto info =
        model::Matcher::Make(model::MatchType::kRegex, std::string(model::kMetricName), ".+_info");
    if (info.ok()) out.names.push_back(*info);
  }
  return out;
}

bool IsInfoMetric(const InfoSelector& selector, bool one_argument, std::string_view name) {
  if (one_argument) return name == kTargetInfo;
  return !selector.names.empty() &&
         std::all_of(selector.names.begin(), selector.names.end(),
                     [&](const model::Matcher& m) { return m.Matches(name); });
}

// The time of a node within that of the node around it, as newer rules have it.
void Shift(const TimeModifier& inner, TimeModifier* time) {
  if (inner.HasAt()) *time = TimeModifier();
  time->offset.ms += inner.offset.ms;
  if (!inner.HasAt()) return;
  time->at_ms = inner.at_ms;
  time->at = inner.at;
}

// Finds the first vector selector below a node, depth first, and from when its samples are. By 3.5
// a subquery stands for what is inside.
bool FindTime(const Expr& expr, bool newer, TimeModifier* time) {
  const auto any = [&](const ExprPtr& child) { return child && FindTime(*child, newer, time); };
  switch (expr.kind) {
    case ExprKind::kVectorSelector:
      Shift(As<VectorSelector>(expr).time, time);
      return true;
    case ExprKind::kMatrixSelector:
      return FindTime(*As<MatrixSelector>(expr).selector, newer, time);
    case ExprKind::kSubquery:
      Shift(As<SubqueryExpr>(expr).time, time);
      return !newer || any(As<SubqueryExpr>(expr).inner);
    case ExprKind::kParen:
      return any(As<ParenExpr>(expr).inner);
    case ExprKind::kUnary:
      return any(As<UnaryExpr>(expr).operand);
    case ExprKind::kAggregate:
      return any(As<AggregateExpr>(expr).operand) || any(As<AggregateExpr>(expr).param);
    case ExprKind::kBinary: {
      const auto spine = LeftSpine(&As<BinaryExpr>(expr));
      return any(spine.front()->lhs) ||
             std::any_of(spine.begin(), spine.end(),
                         [&](const BinaryExpr* node) { return any(node->rhs); });
    }
    case ExprKind::kCall: {
      const auto& args = As<CallExpr>(expr).args;
      return std::any_of(args.begin(), args.end(), any);
    }
    case ExprKind::kNumber:
    case ExprKind::kString:
      break;
  }
  return false;
}

// The info series of one metric about one target, and which is the newest at a step.
class InfoIndex {
 public:
  // `rows` hold the times of their samples.
  InfoIndex(const std::vector<Row>& rows, bool newer) : newer_(newer) {
    for (const Row& row : rows) {
      const std::string name(row.labels.MetricName());
      by_metric_[name][row.labels.Keep(IdentifyingLabels())].push_back(&row);
    }
  }

  // Adds the labels that info series have for `base` at a step; whether there was any.
  base::StatusOr<bool> Enrich(const Row& base, int step, const InfoSelector& selector,
                              model::LabelsBuilder* out) const {
    const model::Labels target = base.labels.Keep(IdentifyingLabels());
    bool any = false;
    for (const auto& [name, targets] : by_metric_) {
      const auto found = targets.find(target);
      if (found == targets.end()) continue;
      VEDETTE_ASSIGN_OR_RETURN(const Row* info, NewestAt(found->second, step));
      if (info == nullptr) continue;
      any = true;
      VEDETTE_RETURN_IF_ERROR(AddLabels(*info, base, selector, out));
    }
    return any;
  }

 private:
  using Targets = absl::flat_hash_map<model::Labels, std::vector<const Row*>>;

  base::StatusOr<const Row*> NewestAt(const std::vector<const Row*>& rows, int step) const {
    const Row* newest = nullptr;
    for (const Row* row : rows) {
      const double time = row->At(step);
      if (!IsPresent(time)) continue;
      if (newest == nullptr || newest->At(step) < time) {
        newest = row;
      } else if (newest->At(step) == time) {
        return DuplicateError(*newest, *row, time);
      }
    }
    return newest;
  }

  base::Status DuplicateError(const Row& existing, const Row& row, double time) const {
    if (!newer_) {
      return ExecutionError(
          base::Concat({"found duplicate series for info metric ", existing.labels.MetricName()}));
    }
    const auto ms = std::to_string(static_cast<int64_t>(std::round(time * 1000)));
    return ExecutionError(base::Concat({"found duplicate series for info metric: existing ",
                                        existing.labels.ToString(), " @ ", ms, ", new ",
                                        row.labels.ToString(), " @ ", ms}));
  }

  static base::Status AddLabels(const Row& info, const Row& base, const InfoSelector& selector,
                                model::LabelsBuilder* out) {
    for (const model::LabelView& label : info.labels) {
      if (label.name == model::kMetricName || !selector.Wants(label.name)) continue;
      const std::string_view before = out->Get(label.name);
      if (!before.empty() && before != label.value) {
        return ExecutionError(base::Concat({"conflicting label: ", label.name}));
      }
      if (!base.labels.Has(label.name)) out->Set(label.name, label.value);
    }
    return base::Status();
  }

  const bool newer_;
  std::map<std::string, Targets> by_metric_;
};

// Output series by their labels, in the order they appear.
class InfoOutput {
 public:
  base::Status Append(const model::Labels& labels, const Row& from, int step) {
    const auto [at, fresh] = index_.try_emplace(labels, rows_.size());
    if (fresh) {
      rows_.emplace_back();
      rows_.back().labels = labels;
      rows_.back().drop_name = from.drop_name;
    }
    Row& row = rows_[at->second];
    if (row.Has(step)) return ExecutionError(kSameLabels);
    if (HistogramPtr histogram = from.HistogramAt(step)) {
      row.histograms.push_back({step, std::move(histogram)});
    } else {
      row.Append(step, from.At(step));
    }
    return base::Status();
  }
  std::vector<Row> Take() { return std::move(rows_); }

 private:
  absl::flat_hash_map<model::Labels, size_t> index_;
  std::vector<Row> rows_;
};

// What the series to be enriched are about; those of info metrics are not.
std::set<model::Labels> TargetsOf(const Table& base, const std::vector<bool>& is_info) {
  std::set<model::Labels> targets;
  for (size_t i = 0; i < base.rows.size(); ++i) {
    if (is_info[i]) continue;
    model::Labels target = base.rows[i].labels.Keep(IdentifyingLabels());
    if (!target.empty()) targets.insert(std::move(target));
  }
  return targets;
}

}  // namespace

// The info series about the targets of `base`: rows of the times of their samples.
base::StatusOr<Table> Evaluator::SelectInfo(const CallExpr& call, const Table& base,
                                            const std::vector<bool>& is_info, const Grid& grid) {
  Table out;
  const std::set<model::Labels> targets = TargetsOf(base, is_info);
  if (targets.empty()) return out;
  VectorSelector selector;
  const InfoSelector wanted = SelectorOf(call, run_->Newer());
  selector.matchers = wanted.names;
  if (wanted.names.empty()) {
    selector.matchers.push_back(
        model::Matcher::Equal(std::string(model::kMetricName), std::string(kTargetInfo)));
  }
  for (const model::Matcher& m : wanted.data) selector.matchers.push_back(m);
  FindTime(*call.args[0], run_->Newer(), &selector.time);
  const auto add = [&](Row&& row) {
    if (!targets.contains(row.labels.Keep(IdentifyingLabels()))) return base::Status();
    if (!row.histograms.empty()) {
      return ExecutionError("this should be an info metric, with float samples: " +
                            row.labels.ToString());
    }
    return out.Add(run_, std::move(row));
  };
  const bool shifted = selector.time.HasAt() || selector.time.HasOffset();
  VEDETTE_RETURN_IF_ERROR(
      shifted && !run_->Newer()
          ? StreamLoadedElsewhere(selector, {}, grid, SampleField::kTimeOfFloat, add)
          : StreamSelector(selector, grid, SampleField::kTimeOfFloat, add));
  return out;
}

base::StatusOr<Table> Evaluator::EvalInfo(const CallExpr& call, const Grid& grid) {
  VEDETTE_ASSIGN_OR_RETURN(const Table base, Eval(*call.args[0], grid));
  const InfoSelector selector = SelectorOf(call, run_->Newer());
  std::vector<bool> is_info;
  for (const Row& row : base.rows) {
    is_info.push_back(IsInfoMetric(selector, call.args.size() == 1, row.labels.MetricName()));
  }
  VEDETTE_ASSIGN_OR_RETURN(const Table infos, SelectInfo(call, base, is_info, grid));
  const InfoIndex index(infos.rows, run_->Newer());
  bool stays = InfoSelector::AllMatchEmpty(selector.data);
  // By 3.5 the metric's name is one of the labels asked for where there is no target at all.
  if (!run_->Newer() && TargetsOf(base, is_info).empty()) {
    stays = stays && InfoSelector::AllMatchEmpty(selector.names);
  }
  InfoOutput output;
  for (int step = 0; step < grid.steps; ++step) {
    VEDETTE_RETURN_IF_ERROR(run_->CheckAlive());
    for (size_t i = 0; i < base.rows.size(); ++i) {
      const Row& row = base.rows[i];
      if (!row.Has(step)) continue;
      model::LabelsBuilder added;
      if (!is_info[i]) {
        VEDETTE_ASSIGN_OR_RETURN(const bool any, index.Enrich(row, step, selector, &added));
        // By 3.5 what has all the labels already counts as without info, too.
        const bool without = run_->Newer() ? !any : added.pairs().empty();
        if (without && !stays) continue;
      }
      model::LabelsBuilder labels(row.labels);
      for (const auto& [name, value] : added.pairs()) labels.Set(name, value);
      VEDETTE_RETURN_IF_ERROR(output.Append(labels.Build(), row, step));
    }
  }
  Table out;
  for (Row& row : output.Take()) VEDETTE_RETURN_IF_ERROR(out.Add(run_, std::move(row)));
  return out;
}

}  // namespace vedette::promql
