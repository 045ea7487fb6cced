#ifndef VEDETTE_COLLECTOR_API_ALERT_JSON_H_
#define VEDETTE_COLLECTOR_API_ALERT_JSON_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/json_writer.h"
#include "collector/api/views.h"
#include "model/alert.h"
#include "model/matcher.h"

// Alerts as Alertmanager's v2 API reads and writes them.

namespace vedette::api {

// Why a posted body is no list of alerts: what go-openapi answers.
struct ShapeError {
  int http_status = 0;  // 0: none
  int code = 0;
  std::string message;
};
ShapeError ParsePostedAlerts(std::string_view body, std::vector<model::Alert>* alerts);

// One element of GET /api/v2/alerts.
void WriteAlertInfo(const AlertInfo& info, base::JsonWriter* json);

// One matcher of a `filter` parameter: name OP value, each part quoted or bare.
base::StatusOr<model::Matcher> ParseFilterMatcher(std::string_view text);

}  // namespace vedette::api

#endif  // VEDETTE_COLLECTOR_API_ALERT_JSON_H_
