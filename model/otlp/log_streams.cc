#include "model/otlp/log_streams.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "base/strings.h"
#include "model/otlp/names.h"

namespace vedette::model::otlp {
namespace {

// What Loki makes labels of unless it is told otherwise (limits_config.otlp_config).
constexpr std::array<std::string_view, 18> kIndexAttributes = {"service.name",
                                                               "service.namespace",
                                                               "service.instance.id",
                                                               "deployment.environment",
                                                               "deployment.environment.name",
                                                               "cloud.region",
                                                               "cloud.availability_zone",
                                                               "k8s.cluster.name",
                                                               "k8s.namespace.name",
                                                               "k8s.pod.name",
                                                               "k8s.container.name",
                                                               "container.name",
                                                               "k8s.replicaset.name",
                                                               "k8s.deployment.name",
                                                               "k8s.statefulset.name",
                                                               "k8s.daemonset.name",
                                                               "k8s.cronjob.name",
                                                               "k8s.job.name"};

bool IsIndexed(std::string_view key) {
  return std::find(kIndexAttributes.begin(), kIndexAttributes.end(), key) != kIndexAttributes.end();
}

void AddNumber(std::string_view name, uint64_t number, std::map<std::string, std::string>* out) {
  if (number != 0) out->insert_or_assign(std::string(name), std::to_string(number));
}

void AddText(std::string_view name, const std::string& text,
             std::map<std::string, std::string>* out) {
  if (!text.empty()) out->insert_or_assign(std::string(name), text);
}

}  // namespace

// A key of which no letter is left names nothing, and is left out.
void LogStreams::Add(const Attributes& attributes, Metadata* out) {
  for (const Attribute& attribute : attributes) {
    const auto name = LabelName({}, attribute.key);
    if (name.ok()) AddText(*name, attribute.value, out);
  }
}

base::Status LogStreams::OnResource(const Resource& resource) {
  Attributes indexed;
  Attributes rest;
  for (const Attribute& attribute : resource.attributes) {
    (IsIndexed(attribute.key) ? indexed : rest).push_back(attribute);
  }
  of_resource_.clear();
  of_scope_.clear();
  Add(rest, &of_resource_);
  Metadata labels;
  Add(indexed, &labels);
  return builder_.BeginStream(Labels::FromPairs({labels.begin(), labels.end()}));
}

base::Status LogStreams::OnScope(const Scope& scope) {
  of_scope_.clear();
  Add(scope.attributes, &of_scope_);
  AddText("scope_name", scope.name, &of_scope_);
  AddText("scope_version", scope.version, &of_scope_);
  return {};
}

LogStreams::Metadata LogStreams::MetadataOf(const LogRecord& record) {
  Metadata metadata;
  Add(record.attributes, &metadata);
  AddNumber("observed_timestamp", record.observed_ns, &metadata);
  AddNumber("severity_number", static_cast<uint64_t>(std::max<int64_t>(record.severity_number, 0)),
            &metadata);
  AddText("severity_text", record.severity_text, &metadata);
  AddNumber("dropped_attributes_count", record.dropped_attributes, &metadata);
  AddNumber("flags", record.flags, &metadata);
  AddText("trace_id", record.trace_id, &metadata);
  AddText("span_id", record.span_id, &metadata);
  return metadata;
}

base::Status LogStreams::OnRecord(const LogRecord& record) {
  uint64_t time = record.time_ns != 0 ? record.time_ns : record.observed_ns;
  if (time == 0) time = static_cast<uint64_t>(now_ns_);
  if (time > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
    return builder_.Refuse(base::InvalidArgument(
        base::Concat({"OTLP logs: timeUnixNano ", std::to_string(time), " is out of range"})));
  }
  if (std::max(of_resource_.size(), of_scope_.size()) > limits_.max_metadata) {
    return builder_.Refuse(TooMuchMetadata());
  }
  // What resource and scope say may be long, and the records many: nothing of it is copied for
  // those that are refused.
  const Metadata own = MetadataOf(record);
  std::map<std::string_view, std::string_view> all(own.begin(), own.end());
  all.insert(of_scope_.begin(), of_scope_.end());  // what is there stays
  all.insert(of_resource_.begin(), of_resource_.end());
  return builder_.AddEntry(static_cast<int64_t>(time), TextOf(record.body),
                           {all.begin(), all.end()});
}

base::Status LogStreams::TooMuchMetadata() const {
  return base::ResourceExhausted(
      base::Concat({"OTLP logs: resource or scope has more than ",
                    std::to_string(limits_.max_metadata), " attributes"}));
}

}  // namespace vedette::model::otlp
