#include <string>
#include <utility>
#include <vector>

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

Response MetricsPage(const base::Telemetry* telemetry, const Request& request) {
  std::vector<Family> families;
  for (base::Telemetry::Family& family : telemetry->Collect()) {
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
