#include "exporters/redis/config_metrics.h"

#include <algorithm>
#include <iterator>

#include "base/fs.h"
#include "base/strings.h"

namespace vedette::exporters::redis {
namespace {

struct Item {
  std::string_view key;
  std::string_view metric;
};
constexpr Item kAlwaysShown[] = {{"io-threads", "config_io_threads"},
                                 {"maxclients", "config_maxclients"},
                                 {"maxmemory", "config_maxmemory"},
                                 {"repl-backlog-size", "config_repl_backlog_size"}};

constexpr std::string_view kSecrets[] = {"masterauth", "requirepass", "sentinel-pass",
                                         "tls-client-key-file-pass", "tls-key-file-pass"};

bool IsSecret(std::string_view key) {
  return std::find(std::begin(kSecrets), std::end(kSecrets), key) != std::end(kSecrets);
}

void AddAlwaysShown(std::string_view key, std::string_view value, MetricSet* metrics) {
  for (const Item& item : kAlwaysShown) {
    const auto number = base::ParseDouble(value);
    if (item.key == key && number) metrics->Gauge(item.metric, *number);
  }
}

// "normal 0 0 0 slave 268435456 67108864 60": class, hard limit, soft limit, seconds.
void AddBufferLimits(std::string_view value, MetricSet* metrics) {
  const std::vector<std::string_view> words = base::Split(value, ' ');
  constexpr char kBytes[] = "config_client_output_buffer_limit_bytes";
  for (size_t i = 0; i + 3 < words.size(); i += 4) {
    const auto hard = base::ParseDouble(words[i + 1]);
    const auto soft = base::ParseDouble(words[i + 2]);
    const auto seconds = base::ParseDouble(words[i + 3]);
    if (!hard || !soft || !seconds) return;
    metrics->Gauge(kBytes, *hard, {{"class", words[i]}, {"limit", "hard"}});
    metrics->Gauge(kBytes, *soft, {{"class", words[i]}, {"limit", "soft"}});
    metrics->Gauge("config_client_output_buffer_limit_overcome_seconds", *seconds,
                   {{"class", words[i]}, {"limit", "soft"}});
  }
}

}  // namespace

ConfigFacts AddConfig(const Reply& reply, const RedisOptions::Include& include,
                      MetricSet* metrics) {
  ConfigFacts facts;
  std::string dir;
  std::string file;
  for (const auto& [key, item] : reply.ToMap()) {
    if (!item->is_text()) continue;
    const std::string_view value = item->text;
    if (key == "databases") {
      const auto count = base::ParseInt(value);
      if (count && *count > 0 && *count < 1'000'000'000) facts.databases = static_cast<int>(*count);
    }
    if (key == "dir") dir = value;
    if (key == "dbfilename") file = value;
    if (key == "client-output-buffer-limit") AddBufferLimits(value, metrics);
    AddAlwaysShown(key, value, metrics);
    if (!include.config || (include.redact_config && IsSecret(key))) continue;
    metrics->Gauge("config_key_value", 1, {{"key", key}, {"value", value}});
    if (const auto number = base::ParseDouble(value)) {
      metrics->Gauge("config_value", *number, {{"key", key}});
    }
  }
  if (!dir.empty() && !file.empty()) facts.rdb_path = base::JoinPath(dir, file);
  return facts;
}

void AddSentinelConfig(const Reply& reply, bool redact, MetricSet* metrics) {
  for (const auto& [key, item] : reply.ToMap()) {
    if (!item->is_text() || (redact && IsSecret(key))) continue;
    metrics->Gauge("sentinel_config_key_value", 1, {{"key", key}, {"value", item->text}});
    if (const auto number = base::ParseDouble(item->text)) {
      metrics->Gauge("sentinel_config_value", *number, {{"key", key}});
    }
  }
}

}  // namespace vedette::exporters::redis
