#include "collector/api/query_meter.h"

namespace vedette::api {

QueryMeter::QueryMeter(base::Telemetry* telemetry) {
  if (telemetry == nullptr) return;
  telemetry->NewCallback("vedette_queries_running", "Queries under evaluation.",
                         base::MetricType::kGauge, {},
                         [running = running_] { return static_cast<double>(running->load()); });
  constexpr const char* kResults[kKinds] = {"success", "bad_data", "execution",
                                            "timeout", "canceled", "busy"};
  for (size_t i = 0; i < kKinds; ++i) {
    ended_[i] =
        telemetry->NewCounter("vedette_queries_total", "Queries of the HTTP API by how they ended.",
                              {{"result", kResults[i]}});
  }
}

void QueryMeter::Count(promql::ErrorKind kind) {
  base::Counter* const counter = ended_[static_cast<size_t>(kind)];
  if (counter != nullptr) counter->Add();
}

}  // namespace vedette::api
