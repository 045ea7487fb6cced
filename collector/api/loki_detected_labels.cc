#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/json_writer.h"
#include "base/strings.h"
#include "collector/api/api.h"
#include "collector/api/loki_params.h"

// /loki/api/v1/detected_labels: what Grafana offers to filter streams by. The reply has no
// envelope.

namespace vedette::api {
namespace {

using base::JsonWriter;
using base::StatusOr;
using base::http::Params;
using base::http::Request;
using base::http::Response;

using ValuesByLabel = std::map<std::string, std::set<std::string>, std::less<>>;

ValuesByLabel ValuesOf(const std::vector<model::Labels>& streams) {
  ValuesByLabel values;
  for (const model::Labels& stream : streams) {
    for (const model::LabelView& label : stream) {
      values[std::string(label.name)].insert(std::string(label.value));
    }
  }
  return values;
}

bool IsUuid(std::string_view text) {
  constexpr std::string_view kShape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  if (text.size() != kShape.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool is_hex = std::isxdigit(static_cast<unsigned char>(text[i])) != 0;
    if (kShape[i] == '-' ? text[i] != '-' : !is_hex) return false;
  }
  return true;
}

// Numbers and ids are nothing to choose among, but for labels that place a stream.
bool IsOffered(std::string_view name, const std::set<std::string>& values) {
  for (const std::string_view always : {"cluster", "namespace", "instance", "pod"}) {
    if (name == always) return true;
  }
  return !std::all_of(values.begin(), values.end(), [](const std::string& value) {
    return base::ParseDouble(value).has_value() || IsUuid(value);
  });
}

Response DetectedLabels(const LokiLabelsDeps& deps, const Request& request) {
  const Params params = request.FormParams();
  const StatusOr<LokiRange> range = ReadLokiRange(params, deps.clock->WallNanos());
  if (!range.ok()) return LokiFailure(range.status());
  const auto matchers = ParseStreamSelector(params.Get("query"));
  if (!matchers.ok()) return LokiFailure(matchers.status());
  std::string body;
  JsonWriter json(&body);
  json.BeginObject().Key("detectedLabels").BeginArray();
  for (const auto& [name, values] :
       ValuesOf(deps.logs->Series({*matchers}, range->start_ns, range->end_ns))) {
    if (!IsOffered(name, values)) continue;
    json.BeginObject().Key("label").String(name);
    json.Key("cardinality").Uint(values.size()).EndObject();
  }
  json.EndArray().EndObject();
  return Response::Json(200, std::move(body));
}

}  // namespace

void RegisterLokiDetectedLabels(base::http::Router* router, const LokiLabelsDeps& deps) {
  router->HandleGetPost(
      "/loki/api/v1/detected_labels", base::http::Pool::kQuery, base::http::Scope::kRead,
      base::http::Sync([deps](const Request& request) { return DetectedLabels(deps, request); }));
}

}  // namespace vedette::api
