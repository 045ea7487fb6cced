#include <string>
#include <utility>
#include <vector>

#include "base/distribution.h"
#include "collector/api/api.h"
#include "model/exposition/writer.h"

namespace vedette::api {
namespace {

using base::http::Request;
using base::http::Response;
using model::exposition::Family;
using model::exposition::FamilyType;

Family ToFamily(base::Telemetry::Family&& source) {
  Family family;
  family.name = std::move(source.name);
  family.help = std::move(source.help);
  family.type =
      source.type == base::MetricType::kCounter ? FamilyType::kCounter : FamilyType::kGauge;
  for (base::Telemetry::Point& point : source.points) {
    family.points.push_back({std::move(point.labels), "", point.value, std::nullopt});
  }
  return family;
}

Family ToFamily(base::SummaryFamily&& source) {
  Family family;
  family.name = std::move(source.name);
  family.help = std::move(source.help);
  family.type = FamilyType::kSummary;
  for (base::SummaryFamily::Point& point : source.points) {
    for (auto& [quantile, value] : point.quantiles) {
      auto labels = point.labels;
      labels.emplace_back("quantile", std::move(quantile));
      family.points.push_back({std::move(labels), "", value, std::nullopt});
    }
    family.points.push_back({point.labels, "_sum", point.sum, std::nullopt});
    family.points.push_back({std::move(point.labels), "_count", point.count, std::nullopt});
  }
  return family;
}

Response MetricsPage(const base::Telemetry* telemetry, const Request& request) {
  std::vector<Family> families;
  std::vector<base::Telemetry::Family> collected = telemetry->Collect();
  for (base::SummaryFamily& summary : base::TakeSummaries(&collected)) {
    families.push_back(ToFamily(std::move(summary)));
  }
  for (base::Telemetry::Family& family : collected) {
    families.push_back(ToFamily(std::move(family)));
  }
  const auto format = model::exposition::NegotiatePage(request.headers.Get("Accept"));
  Response response;
  response.headers.Set("Content-Type", model::exposition::ContentType(format));
  response.body = model::exposition::WriteFamilies(families, format);
  return response;
}

}  // namespace

void RegisterMetricsPage(base::http::Router* router, const base::Telemetry* telemetry) {
  router->Handle({"GET", "/metrics", base::http::Pool::kControl, base::http::Scope::kRead,
                  base::http::Sync([telemetry](const Request& request) {
                    return MetricsPage(telemetry, request);
                  })});
}

}  // namespace vedette::api
