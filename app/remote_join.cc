#include "app/remote_join.h"

#include <utility>

#include "app/api_join.h"
#include "app/query_answer.h"
#include "base/strings.h"

namespace vedette::app {
namespace {

base::StatusOr<rules::VectorSample> SampleOf(const AnswerSeries& series, std::string_view who) {
  if (series.points.size() != 1) {
    return base::InvalidArgument("rule result is not a vector or scalar");
  }
  const AnswerPoint& point = series.points.front();
  if (base::StartsWith(point.text, "{")) {
    return base::InvalidArgument(
        base::Concat({"rule result is a native histogram, which ", who, " cannot pass on"}));
  }
  std::vector<std::pair<std::string, std::string>> labels(series.labels.begin(),
                                                          series.labels.end());
  return rules::VectorSample{model::Labels::FromPairs(std::move(labels)), point.number};
}

// `who`: the field of the configuration that names the engine.
base::StatusOr<std::vector<rules::VectorSample>> SamplesOf(base::http::Response response,
                                                           std::string_view who) {
  const int status = response.status;
  const std::string_view said = base::Trim(std::string_view(response.body).substr(0, 300));
  const base::Status refused = base::Unavailable(
      status / 100 == 2 ? base::Concat({who, " answered what is no result of a query"})
                        : base::Concat({who, " answered ", std::to_string(status), ": ", said}));
  const auto answer = ParseQueryAnswer(std::move(response.body));
  if (!answer.ok()) return refused;
  if (!answer->error.empty()) return base::InvalidArgument(answer->error);
  if (answer->result_type != "vector" && answer->result_type != "scalar") {
    return base::InvalidArgument("rule result is not a vector or scalar");
  }
  std::vector<rules::VectorSample> samples;
  samples.reserve(answer->series.size());
  for (const AnswerSeries& series : answer->series) {
    VEDETTE_ASSIGN_OR_RETURN(rules::VectorSample sample, SampleOf(series, who));
    samples.push_back(std::move(sample));
  }
  return samples;
}

}  // namespace

remote::Manager::Options SenderOptions(const World& world, std::string dir, model::SampleLog* log,
                                       const api::TargetsView* families) {
  remote::Manager::Options sender;
  sender.dir = std::move(dir);
  sender.queue.log = log;
  sender.queue.families = [families] { return FamiliesOf(*families); };
  sender.queue.fs = world.fs;
  sender.queue.clock = world.clock;
  sender.queue.logger = world.logger;
  sender.queue.telemetry = world.telemetry;
  return sender;
}

base::StatusOr<std::vector<rules::VectorSample>> RemoteQuerier::Query(const std::string& expr,
                                                                      int64_t time_ms,
                                                                      std::stop_token stop) {
  VEDETTE_ASSIGN_OR_RETURN(base::http::Response response,
                           elsewhere_->Get()->Instant(expr, time_ms, std::move(stop)));
  return SamplesOf(std::move(response), "storage.remote");
}

base::StatusOr<std::vector<rules::VectorSample>> RemoteLogQuerier::Query(const std::string& expr,
                                                                         int64_t time_ms,
                                                                         std::stop_token stop) {
  VEDETTE_ASSIGN_OR_RETURN(base::http::Response response,
                           elsewhere_->Instant(expr, time_ms, std::move(stop)));
  return SamplesOf(std::move(response), "logs.remote");
}

}  // namespace vedette::app
