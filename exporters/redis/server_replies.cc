#include "exporters/redis/server_replies.h"

#include <map>
#include <vector>

#include "base/strings.h"
#include "exporters/redis/info_fields.h"
#include "exporters/redis/info_lines.h"

namespace vedette::exporters::redis {
namespace {

struct ClientNumber {
  std::string_view field;
  std::string_view metric;
};
constexpr ClientNumber kClientNumbers[] = {
    {"sub", "connected_client_channel_subscriptions_count"},
    {"psub", "connected_client_pattern_matching_subscriptions_count"},
    {"ssub", "connected_client_shard_channel_subscriptions_count"},
    {"qbuf", "connected_client_query_buffer_length_bytes"},
    {"qbuf-free", "connected_client_query_buffer_free_space_bytes"},
    {"obl", "connected_client_output_buffer_length_bytes"},
    {"oll", "connected_client_output_list_length"},
    {"omem", "connected_client_output_buffer_memory_usage_bytes"},
    {"tot-mem", "connected_client_total_memory_consumed_bytes"},
};

using Fields = std::map<std::string_view, std::string_view>;

// "id=3 addr=127.0.0.1:6379 name= age=2 ...": names hold no blanks.
Fields ReadClient(std::string_view line) {
  Fields fields;
  for (const std::string_view word : base::Split(line, ' ')) {
    const size_t equals = word.find('=');
    if (equals != std::string_view::npos) {
      fields[word.substr(0, equals)] = base::Trim(word.substr(equals + 1));
    }
  }
  return fields;
}

void AddClientInfo(Fields& fields, bool with_ports, MetricSet* metrics) {
  const std::string_view address = fields["addr"];
  const size_t colon = address.rfind(':');
  std::vector<LabelRef> labels = {{"id", fields["id"]},
                                  {"name", fields["name"]},
                                  {"flags", fields["flags"]},
                                  {"db", fields["db"]},
                                  {"host", address.substr(0, colon)}};
  if (with_ports && colon != std::string_view::npos) {
    labels.push_back({"port", address.substr(colon + 1)});
  }
  if (!fields["user"].empty()) labels.push_back({"user", fields["user"]});
  if (!fields["resp"].empty()) labels.push_back({"resp", fields["resp"]});
  metrics->Gauge("connected_client_info", 1, std::span<const LabelRef>(labels));
}

void AddClient(std::string_view line, bool with_ports, int64_t now_s, MetricSet* metrics) {
  Fields fields = ReadClient(line);
  if (fields["id"].empty() || fields["addr"].empty()) return;
  AddClientInfo(fields, with_ports, metrics);
  const MetricSet::Labels who = {{"id", fields["id"]}, {"name", fields["name"]}};
  if (const auto age = base::ParseInt(fields["age"])) {
    metrics->Gauge("connected_client_created_at_timestamp", static_cast<double>(now_s - *age), who);
  }
  if (const auto idle = base::ParseInt(fields["idle"])) {
    metrics->Gauge("connected_client_idle_since_timestamp", static_cast<double>(now_s - *idle),
                   who);
  }
  for (const ClientNumber& number : kClientNumbers) {
    const auto value = base::ParseDouble(fields[number.field]);
    if (value) metrics->Gauge(number.metric, *value, who);
  }
}

// module:name=search,ver=21005,api=1,filters=0,usedby=[],using=[],options=[]
void AddModule(std::string_view value, MetricSet* metrics) {
  std::map<std::string_view, std::string_view> fields;
  for (InfoPairs pair(value); pair.Next();) fields[pair.name()] = pair.value();
  std::vector<LabelRef> labels;
  for (const char* name : {"name", "ver", "api", "filters", "usedby", "using"}) {
    labels.push_back({name, fields[name]});
  }
  metrics->Gauge("module_info", 1, std::span<const LabelRef>(labels));
}

}  // namespace

void AddLatencySpikes(const Reply& reply, MetricSet* metrics) {
  for (const Reply& event : reply.items) {
    if (event.items.size() < 3 || !event.items[0].is_text()) continue;
    const auto last = event.items[1].Number();
    const auto milliseconds = event.items[2].Number();
    if (!last || !milliseconds) continue;
    const MetricSet::Labels labels = {{"event_name", event.items[0].text}};
    metrics->Gauge("latency_spike_last", *last, labels);
    metrics->Gauge("latency_spike_duration_seconds", *milliseconds / 1e3, labels);
  }
}

void AddSlowLog(const Reply& length, const Reply& newest, MetricSet* metrics) {
  if (const auto entries = length.Number(); entries && !length.is_error()) {
    metrics->Gauge("slowlog_length", *entries);
  }
  if (!newest.is_array()) return;
  double id = 0;
  double seconds = 0;
  if (!newest.items.empty() && newest.items[0].items.size() > 2) {
    const std::vector<Reply>& entry = newest.items[0].items;
    id = entry[0].Number().value_or(0);
    seconds = entry[2].Number().value_or(0) / 1e6;
  }
  metrics->Gauge("slowlog_last_id", id);
  metrics->Gauge("last_slow_execution_duration_seconds", seconds);
}

void AddClients(const Reply& reply, bool with_ports, int64_t now_s, MetricSet* metrics) {
  if (!reply.is_text()) return;
  for (const std::string_view line : base::Split(reply.text, '\n')) {
    AddClient(line, with_ports, now_s, metrics);
  }
}

void AddModules(std::string_view text, MetricSet* metrics) {
  for (InfoLines line(text); line.Next();) {
    if (line.field() == "module") {
      AddModule(line.value(), metrics);
    } else {
      AddInfoField(line.field(), line.value(), false, metrics);
    }
  }
}

void AddTile38(const Reply& reply, MetricSet* metrics) {
  for (const auto& [key, value] : reply.ToMap()) {
    if (!value->is_text()) continue;
    const bool is_whole = base::StartsWith(key, "tile38_");
    AddInfoField(base::Concat({is_whole ? "" : "tile38_", key}), value->text, false, metrics);
  }
}

}  // namespace vedette::exporters::redis
