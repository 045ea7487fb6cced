#include "collector/promql/annotations.h"

#include "base/number_text.h"
#include "base/strings.h"
#include "collector/promql/position.h"

namespace vedette::promql {

void Annotations::Warn(std::string subject, PositionRange where) {
  warnings_["PromQL warning: " + std::move(subject)] = where.start;
}

void Annotations::Inform(std::string subject, PositionRange where) {
  infos_["PromQL info: " + std::move(subject)] = where.start;
}

void Annotations::Add(const Annotations& later) {
  for (const auto& [message, where] : later.warnings_) warnings_[message] = where;
  for (const auto& [message, where] : later.infos_) infos_[message] = where;
}

void Annotations::WarnInvalidQuantile(double q, PositionRange where) {
  std::string shown;
  base::AppendFloatG(q, &shown);
  Warn("quantile value should be between 0 and 1, got " + shown, where);
}

void Annotations::WarnBadBucketLabel(std::string_view metric, std::string_view le,
                                     PositionRange where) {
  Warn("bucket label \"le\" is missing or has a malformed value of " + base::GoQuote(le) +
           " for metric name " + base::GoQuote(metric),
       where);
}

void Annotations::InformForcedMonotonicity(std::string_view metric, PositionRange where) {
  Inform(
      "input to histogram_quantile needed to be fixed for monotonicity (see "
      "https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile) "
      "for metric name " +
          base::GoQuote(metric),
      where);
}

std::vector<std::string> Annotations::RenderKind(const Entries& entries, std::string_view query,
                                                 bool positions, size_t max,
                                                 std::string_view kind) {
  std::vector<std::string> out;
  for (const auto& [message, offset] : entries) {
    if (max != 0 && out.size() == max) {
      out.push_back(base::Concat(
          {std::to_string(entries.size() - max), " more ", kind, " annotations omitted"}));
      break;
    }
    const std::string where = positions && !query.empty() ? LineColumn(query, offset) : "";
    out.push_back(where.empty() ? message : base::Concat({message, " (", where, ")"}));
  }
  return out;
}

Annotations::Texts Annotations::Render(std::string_view query, bool positions, size_t max) const {
  return {RenderKind(warnings_, query, positions, max, "warning"),
          RenderKind(infos_, query, positions, max, "info")};
}

}  // namespace vedette::promql
