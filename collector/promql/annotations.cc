#include "collector/promql/annotations.h"

#include "base/number_text.h"
#include "base/strings.h"
#include "collector/promql/position.h"

namespace vedette::promql {

void Annotations::Warn(std::string subject, PositionRange where) {
  warnings_.emplace("PromQL warning: " + std::move(subject), where.start);
}

void Annotations::Inform(std::string subject, PositionRange where) {
  infos_.emplace("PromQL info: " + std::move(subject), where.start);
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
  Inform("input to histogram_quantile needed to be fixed for monotonicity (see "
         "https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile) "
         "for metric name " + base::GoQuote(metric),
         where);
}

std::vector<std::string> Annotations::RenderKind(const Entries& entries, std::string_view query,
                                                 bool positions, size_t max,
                                                 std::string_view kind) {
  std::set<std::string> texts;
  for (const auto& [message, offset] : entries) {
    const std::string where = positions && !query.empty() ? LineColumn(query, offset) : "";
    texts.insert(where.empty() ? message : base::Concat({message, " (", where, ")"}));
  }
  std::vector<std::string> out;
  for (const std::string& text : texts) {
    if (max != 0 && out.size() == max) break;
    out.push_back(text);
  }
  if (out.size() < texts.size()) {
    out.push_back(base::Concat({std::to_string(texts.size() - out.size()), " more ", kind,
                                " annotations omitted"}));
  }
  return out;
}

Annotations::Texts Annotations::Render(std::string_view query, bool positions, size_t max) const {
  return {RenderKind(warnings_, query, positions, max, "warning"),
          RenderKind(infos_, query, positions, max, "info")};
}

}  // namespace vedette::promql
