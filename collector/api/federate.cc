#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "collector/api/api.h"
#include "collector/api/federate_body.h"
#include "collector/api/list_meter.h"
#include "collector/api/prometheus_reply.h"
#include "collector/promql/parser.h"
#include "model/exposition/format.h"
#include "model/series_view.h"

namespace vedette::api {
namespace {

using base::http::Request;
using base::http::Response;
using model::exposition::Format;
using model::exposition::PageFormat;

// A marker that a series has ended is no sample: formats of pages cannot say it.
bool IsStale(const FederatedSample& sample) {
  return sample.histogram == nullptr ? model::IsStaleNan(sample.value)
                                     : sample.histogram->IsStale();
}

FederatedSample Newest(const model::SeriesView& series) {
  FederatedSample sample{*series.labels};
  const bool is_histogram =
      !series.histograms.empty() &&
      (series.values.empty() || series.histograms.back().time_ms > series.timestamps_ms.back());
  if (is_histogram) {
    const model::HistogramSample& newest = series.histograms.back();
    sample.timestamp_ms = newest.time_ms;
    sample.histogram = newest.histogram;
  } else {
    sample.timestamp_ms = series.timestamps_ms.back();
    sample.value = series.values.back();
  }
  return sample;
}

// One request on its way.
class Federation {
 public:
  Federation(const FederateDeps& deps, const Request& request)
      : deps_(deps),
        page_(model::exposition::NegotiateFederation(request.headers.Get("Accept"))),
        meter_(request, deps.clock, deps.memory, "the federated series") {}

  base::Status Select(const std::vector<model::Matcher>& matchers, int64_t now_ms) {
    promql::SelectRequest select{matchers, now_ms - deps_.lookback_ms, now_ms};
    select.newest_only = true;
    return deps_.storage->Lend(select,
                               [this](const model::SeriesView& series) { return Keep(series); });
  }

  Response Answer() {
    PutInOrder();
    Response response = Streamed(
        std::make_shared<FederateBody>(std::move(samples_), External(), page_, meter_.Take()));
    response.headers.Set("Content-Type", model::exposition::ContentType(page_));
    return response;
  }

 private:
  base::Status Keep(const model::SeriesView& series) {
    if (series.empty()) return meter_.Note(0);
    FederatedSample sample = Newest(series);
    if (IsStale(sample) || !CanBeSaid(sample)) return meter_.Note(0);
    size_t bytes = sizeof(sample) + sample.labels.bytes().size();
    if (sample.histogram != nullptr) {
      sample.histogram = std::make_shared<const model::Histogram>(sample.histogram->ToFloat());
      bytes += sample.histogram->MemoryBytes();
    }
    samples_.push_back(std::move(sample));
    return meter_.Note(bytes);
  }

  // Text has no native histograms, and no page has the bounds of custom buckets.
  bool CanBeSaid(const FederatedSample& sample) const {
    if (sample.histogram == nullptr) return true;
    return page_.format == Format::kProtobuf && !sample.histogram->is_custom();
  }

  // By metric name, each series once.
  void PutInOrder() {
    std::sort(samples_.begin(), samples_.end(), [](const auto& a, const auto& b) {
      const std::string_view left = a.labels.MetricName();
      const std::string_view right = b.labels.MetricName();
      return left != right ? left < right : a.labels < b.labels;
    });
    const auto same = [](const auto& a, const auto& b) { return a.labels == b.labels; };
    samples_.erase(std::unique(samples_.begin(), samples_.end(), same), samples_.end());
  }

  // Whoever scrapes us with honor_labels must not take us for the instance of what has none.
  std::vector<std::pair<std::string, std::string>> External() const {
    const model::Labels labels = deps_.external_labels();
    std::vector<std::pair<std::string, std::string>> pairs;
    for (const model::LabelView& label : labels) pairs.emplace_back(label.name, label.value);
    if (!labels.Has("instance")) pairs.emplace_back("instance", "");
    std::sort(pairs.begin(), pairs.end());
    return pairs;
  }

  const FederateDeps& deps_;
  const PageFormat page_;
  ListMeter meter_;
  std::vector<FederatedSample> samples_;
};

Response FederationFailure(const base::Status& status) {
  return Response::Text(StorageFailure(status).status, base::Concat({base::Message(status), "\n"}));
}

Response Federate(const FederateDeps& deps, const Request& request) {
  std::vector<std::vector<model::Matcher>> selectors;
  const base::http::Params params = request.FormParams();
  for (const std::string_view text : params.GetAll("match[]")) {
    auto matchers = promql::ParseMetricSelector(text);
    if (!matchers.ok()) {
      return Response::Text(400, base::Concat({base::Message(matchers.status()), "\n"}));
    }
    selectors.push_back(*std::move(matchers));
  }
  Federation federation(deps, request);
  const int64_t now_ms = deps.clock->WallMillis();
  for (const auto& matchers : selectors) {
    if (matchers.empty()) continue;  // "{}" selects nothing, as upstream
    const base::Status selected = federation.Select(matchers, now_ms);
    if (!selected.ok()) return FederationFailure(selected);
  }
  return federation.Answer();
}

}  // namespace

void RegisterFederate(base::http::Router* router, const FederateDeps& deps) {
  router->HandleGetPost(
      "/federate", base::http::Pool::kQuery, base::http::Scope::kRead,
      base::http::Sync([deps](const Request& request) { return Federate(deps, request); }));
}

}  // namespace vedette::api
