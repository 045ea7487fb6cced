#include "collector/remote/config_text.h"

#include <string_view>

#include "base/config/yaml_writer.h"
#include "base/http/client_config_text.h"
#include "model/relabel_yaml.h"

namespace vedette::remote {
namespace {

using base::config::YamlWriter;

constexpr std::string_view kHidden = "<secret>";

// With what stands before an '@' of its authority hidden.
std::string ShownUrl(const std::string& url) {
  const size_t host = url.find("://");
  if (host == std::string::npos) return url;
  const size_t end = url.find_first_of("/?#", host + 3);
  const size_t at = url.substr(0, end).rfind('@');
  if (at == std::string::npos || at < host) return url;
  return url.substr(0, host + 3) + std::string(kHidden) + url.substr(at);
}

void WriteQueue(const QueueConfig& queue, YamlWriter* out) {
  const auto number = [out](std::string_view key, int64_t value) {
    out->Number(key, static_cast<uint64_t>(value));
  };
  out->Map("queue_config");
  number("capacity", queue.capacity);
  number("max_shards", queue.max_shards);
  number("min_shards", queue.shards());
  number("max_samples_per_send", queue.max_samples_per_send);
  out->Duration("batch_send_deadline", queue.batch_send_deadline_ms);
  out->Duration("min_backoff", queue.min_backoff_ms);
  out->Duration("max_backoff", queue.max_backoff_ms);
  out->Bool("retry_on_http_429", queue.retry_on_429);
  out->Duration("sample_age_limit", queue.sample_age_limit_ms);
  out->End();
}

void WriteMetadata(const MetadataConfig& metadata, YamlWriter* out) {
  out->Map("metadata_config").Bool("send", metadata.send);
  out->Duration("send_interval", metadata.send_interval_ms);
  out->Number("max_samples_per_send", static_cast<uint64_t>(metadata.max_samples_per_send));
  out->End();
}

void WriteItem(const WriteConfig& write, YamlWriter* out) {
  out->Item();
  out->Text("url", ShownUrl(write.url));
  out->Duration("remote_timeout", write.timeout_ms);
  std::vector<std::pair<std::string, std::string>> headers;
  for (const auto& [name, value] : write.headers) headers.emplace_back(name, kHidden);
  out->Pairs("headers", headers);
  model::WriteRelabelRules("write_relabel_configs", write.relabel, out);
  out->Text("name", write.name);
  out->Bool("send_exemplars", write.send_exemplars);
  out->Bool("send_native_histograms", write.send_native_histograms);
  out->Raw("protobuf_message",
           write.is_v2 ? "io.prometheus.write.v2.Request" : "prometheus.WriteRequest");
  base::http::WriteClientConfig(write.http, out);
  WriteQueue(write.queue, out);
  WriteMetadata(write.metadata, out);
  out->End();
}

void WriteClient(const QueryConfig& client, YamlWriter* out) {
  out->Text("url", ShownUrl(client.url));
  out->Duration("timeout", client.timeout_ms);
  out->BytesIfAny("max_response_size", client.max_response_bytes);
  base::http::WriteClientConfig(client.http, out);
  out->End();
  out->End();
}

void WriteLogs(const LogsConfig& logs, YamlWriter* out) {
  out->Map("logs").Map("remote");
  const bool loki = logs.engine == LogsConfig::Engine::kLoki;
  out->Raw("engine", loki ? "loki" : "victorialogs");
  WriteClient(logs.client, out);
}

}  // namespace

std::string ConfigText(const Config& config) {
  YamlWriter out;
  if (config.logs) WriteLogs(*config.logs, &out);
  if (config.query) {
    out.Map("storage").Map("remote");
    WriteClient(*config.query, &out);
  }
  if (config.writes.empty()) return out.Take();
  out.Items("remote_write");
  for (const WriteConfig& write : config.writes) WriteItem(write, &out);
  return out.Take();
}

}  // namespace vedette::remote
