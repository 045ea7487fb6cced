#ifndef VEDETTE_COLLECTOR_API_LOKI_INGEST_H_
#define VEDETTE_COLLECTOR_API_LOKI_INGEST_H_

#include <span>
#include <string_view>

#include "base/http/message.h"
#include "base/status.h"
#include "model/log_entry.h"

// What pushes of logs have in common, whatever form they come in.

namespace vedette::api {

// Gives streams a service_name and entries a detected_level as Loki does at ingest; the level of
// those that tell none is `default_level`.
void CompletePush(std::string_view default_level, model::LogPush* push);

// Where a stream's service_name comes from when its sender gives none, in this order.
std::span<const std::string_view> LokiServiceLabels();

// 204, or why not as Loki says it: 400 for what can never be stored (the rest is), 429, 503.
base::http::Response LokiPushReply(const base::Status& status);

}  // namespace vedette::api

#endif  // VEDETTE_COLLECTOR_API_LOKI_INGEST_H_
