#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "base/strings.h"
#include "collector/api/api.h"
#include "collector/api/prometheus_reply.h"

namespace vedette::api {
namespace {

using base::JsonWriter;
using base::http::Request;
using base::http::Response;

constexpr size_t kMaxLabelsBytes = 64 << 10;

// {"__address__":"h:1","job":"a"}
base::StatusOr<model::Labels> ReadLabelsJson(std::string_view text) {
  if (text.size() > kMaxLabelsBytes) return base::InvalidArgument("labels are too long");
  boost::json::error_code error;
  const boost::json::value value = boost::json::parse({text.data(), text.size()}, error);
  if (error || !value.is_object()) return base::InvalidArgument("labels must be a JSON object");
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& [name, label] : value.get_object()) {
    if (!label.is_string()) return base::InvalidArgument("labels must be a JSON object of strings");
    const auto& said = label.get_string();
    pairs.emplace_back(std::string(name.data(), name.size()),
                       std::string(said.data(), said.size()));
  }
  return model::Labels::FromPairs(std::move(pairs));
}

void WriteIfAny(std::string_view key, std::string_view value, JsonWriter* json) {
  if (!value.empty()) json->Key(key).String(value);
}

void WriteRule(const model::RelabelRule& rule, JsonWriter* json) {
  json->BeginObject();
  if (!rule.source_labels.empty()) {
    json->Key("source_labels");
    WriteStrings(rule.source_labels, json);
  }
  WriteIfAny("separator", rule.separator, json);
  WriteIfAny("regex", rule.regex, json);
  if (rule.modulus != 0) json->Key("modulus").Uint(rule.modulus);
  WriteIfAny("target_label", rule.target_label, json);
  WriteIfAny("replacement", rule.replacement, json);
  json->Key("action").String(model::RelabelActionName(rule.action));
  json->EndObject();
}

// As Prometheus 3.14, which this endpoint is from: up to the rule that drops the target.
void WriteSteps(const std::vector<model::Relabeler>& rules, const model::Labels& labels,
                JsonWriter* json) {
  model::LabelsBuilder builder(labels);
  json->BeginObject().Key("steps").BeginArray();
  bool keeps = true;
  for (size_t i = 0; keeps && i < rules.size(); ++i) {
    keeps = rules[i].Apply(&builder);
    json->BeginObject().Key("rule");
    WriteRule(rules[i].rule(), json);
    json->Key("output");
    WriteLabels(keeps ? builder.Build() : model::Labels(), json);
    json->Key("keep").Bool(keeps).EndObject();
  }
  json->EndArray().EndObject();
}

Response RelabelSteps(const TargetsView* targets, const Request& request) {
  const std::string_view pool = request.query.Get("scrapePool");
  if (pool.empty()) return BadData("no scrapePool parameter provided");
  const std::string_view text = request.query.Get("labels");
  if (text.empty()) return BadData("no labels parameter provided");
  const auto labels = ReadLabelsJson(text);
  if (!labels.ok()) return BadParameter("labels", base::Message(labels.status()));
  const auto rules = targets->RelabelRules(pool);
  if (!rules) {
    return BadParameter("scrapePool", base::Concat({"there is no ", base::GoQuote(pool)}));
  }
  return Success([&](JsonWriter* json) { WriteSteps(*rules, *labels, json); });
}

}  // namespace

void RegisterRelabelSteps(base::http::Router* router, const TargetsView* targets) {
  router->Handle({"GET", "/api/v1/targets/relabel_steps", base::http::Pool::kQuery,
                  base::http::Scope::kRead, base::http::Sync([targets](const Request& request) {
                    return RelabelSteps(targets, request);
                  })});
}

}  // namespace vedette::api
