#include "collector/remote/config.h"

#include <array>
#include <map>
#include <set>

#include "base/codec/bytes.h"
#include "base/config/yaml.h"
#include "base/http/client.h"
#include "base/http/url.h"
#include "base/strings.h"
#include "model/relabel_yaml.h"

namespace vedette::remote {
namespace {

using base::config::MapReader;
using base::config::Node;
using base::config::Problems;

constexpr std::string_view kMessageV1 = "prometheus.WriteRequest";
constexpr std::string_view kMessageV2 = "io.prometheus.write.v2.Request";
constexpr int64_t kMaxShards = 256;
constexpr int64_t kMaxPerSend = 1'000'000;
constexpr int kMaxDepth = 64;

// Headers of the protocol and of authentication, in lower case.
constexpr std::array<std::string_view, 10> kReservedHeaders = {
    "authorization",    "host",
    "content-encoding", "content-length",
    "content-type",     "user-agent",
    "connection",       "x-prometheus-remote-write-version",
    "x-amz-date",       "x-amz-security-token"};

// A node as text that says what it says and nothing of where it stands.
void AppendText(const Node& node, int depth, std::string* out) {
  if (depth > kMaxDepth) return;
  switch (node.kind) {
    case Node::Kind::kNull:
      *out += "~";
      return;
    case Node::Kind::kScalar:
      *out += base::GoQuote(node.scalar);
      return;
    case Node::Kind::kSequence:
      *out += "[";
      for (const Node& item : node.items) {
        AppendText(item, depth + 1, out);
        *out += ",";
      }
      *out += "]";
      return;
    case Node::Kind::kMap:
      *out += "{";
      for (const auto& [key, value] : node.entries) {
        *out += base::GoQuote(key) + ":";
        AppendText(value, depth + 1, out);
        *out += ",";
      }
      *out += "}";
  }
}

// What is there and not supported here, by name.
void Unsupported(MapReader* map, std::string_view key, std::string_view why, Problems* problems) {
  map->Ignore(key);
  const Node* node = map->node().Find(key);
  if (node == nullptr || node->kind == Node::Kind::kNull || node->scalar == "false") return;
  problems->Add(*node, base::Concat({map->field(), map->field().empty() ? "" : ".", key}),
                base::Concat({"not supported: ", why}));
}

class Reader {
 public:
  Reader(const std::string& path, bool skip_unsupported)
      : path_(path), skip_unsupported_(skip_unsupported), mistakes_(path) {}

  base::StatusOr<Config> Read(std::string_view text) {
    VEDETTE_ASSIGN_OR_RETURN(const Node root, base::config::ParseYaml(text, path_));
    if (root.kind == Node::Kind::kMap) ReadRoot(root);
    if (skip_unsupported_) config_.skipped = std::move(unsupported_);
    std::vector<std::string> all;
    if (!mistakes_.empty()) all.emplace_back(base::Message(mistakes_.ToStatus()));
    if (!skip_unsupported_) all.insert(all.end(), unsupported_.begin(), unsupported_.end());
    if (all.empty()) return std::move(config_);
    return base::InvalidArgument(base::Join(all, "\n"));
  }

 private:
  void ReadRoot(const Node& root) {
    if (const Node* writes = root.Find("remote_write");
        writes != nullptr && writes->kind != Node::Kind::kNull) {
      MapReader own(root, "", &mistakes_);
      own.Each("remote_write",
               [this](const Node& node, const std::string& field) { AddWrite(node, field); });
    }
    const Node* const storage = root.Find("storage");
    const Node* const query = storage == nullptr ? nullptr : storage->Find("remote");
    if (query != nullptr && query->kind != Node::Kind::kNull) ReadQuery(*query, "storage.remote");
    const Node* const logs = root.Find("logs");
    if (logs != nullptr && logs->kind != Node::Kind::kNull) ReadLogs(*logs);
    if (const Node* reads = root.Find("remote_read");
        reads != nullptr && (reads->kind == Node::Kind::kMap || !reads->items.empty())) {
      Problems refused(path_);
      refused.Add(*reads, "remote_read",
                  "not supported: queries are answered from the collector's own store");
      KeepUnsupported(refused);
    }
  }

  void ReadQuery(const Node& node, const std::string& field) {
    MapReader map(node, field, &mistakes_);
    config_.query = ReadClient(node, field, &map);
    map.Finish();
    if (config_.writes.empty()) {
      mistakes_.Add(node, field, "needs remote_write: nothing would keep the samples");
    }
  }

  QueryConfig ReadClient(const Node& node, const std::string& field, MapReader* map) {
    QueryConfig query;
    Problems unsupported(path_);
    map->String("url", &query.url);
    CheckUrl(node, field, query.url);
    map->Duration("timeout", &query.timeout_ms);
    if (query.timeout_ms == 0) query.timeout_ms = QueryConfig().timeout_ms;
    map->Bytes("max_response_size", &query.max_response_bytes);
    base::http::ReadClientConfig(map, path_, &query.http, &unsupported);
    if (!unsupported.empty()) KeepUnsupported(unsupported);
    return query;
  }

  void ReadLogs(const Node& node) {
    MapReader map(node, "logs", &mistakes_);
    map.Child("remote", [this](const Node& n, const std::string& f) { ReadLogsRemote(n, f); });
    map.Finish();
  }

  void ReadLogsRemote(const Node& node, const std::string& field) {
    if (node.kind == Node::Kind::kNull) return;
    LogsConfig logs;
    MapReader map(node, field, &mistakes_);
    std::string engine = "loki";
    if (map.String("engine", &engine) && engine != "loki" && engine != "victorialogs") {
      mistakes_.Add(*node.Find("engine"), field + ".engine",
                    base::Concat({base::GoQuote(engine), "; allowed are loki and victorialogs"}));
    }
    if (engine == "victorialogs") logs.engine = LogsConfig::Engine::kVictoriaLogs;
    logs.client = ReadClient(node, field, &map);
    map.Finish();
    config_.logs = std::move(logs);
  }

  void AddWrite(const Node& node, const std::string& field) {
    if (node.kind != Node::Kind::kMap) {
      mistakes_.Add(node, field, "empty or null remote write config section");
      return;
    }
    WriteConfig write;
    Problems unsupported(path_);
    AppendText(node, 0, &write.text);
    ReadWrite(node, field, &write, &unsupported);
    NameIt(node, field, &write);
    if (unsupported.empty()) {
      config_.writes.push_back(std::move(write));
    } else {
      KeepUnsupported(unsupported);
    }
  }

  void KeepUnsupported(const Problems& problems) {
    const base::Status status = problems.ToStatus();
    for (const std::string_view line : base::Split(base::Message(status), '\n')) {
      unsupported_.emplace_back(line);
    }
  }

  void ReadWrite(const Node& node, const std::string& field, WriteConfig* write,
                 Problems* unsupported) {
    MapReader map(node, field, &mistakes_);
    map.String("url", &write->url);
    CheckUrl(node, field, write->url);
    map.Duration("remote_timeout", &write->timeout_ms);
    if (write->timeout_ms == 0) write->timeout_ms = WriteConfig().timeout_ms;
    map.String("name", &write->name);
    ReadHeaders(&map, write);
    model::ReadRelabelRules(&map, "write_relabel_configs", &write->relabel);
    if (const Node* rules = node.Find("write_relabel_configs"); rules != nullptr) {
      AppendText(*rules, 0, &write->relabel_text);
    }
    map.Bool("send_exemplars", &write->send_exemplars);
    map.Bool("send_native_histograms", &write->send_native_histograms);
    ReadMessage(&map, write);
    map.Child("queue_config", [&](const Node& n, const std::string& f) {
      if (n.kind != Node::Kind::kNull) ReadQueue(n, f, &write->queue);
    });
    map.Child("metadata_config", [&](const Node& n, const std::string& f) {
      if (n.kind != Node::Kind::kNull) ReadMetadata(n, f, &write->metadata);
    });
    base::http::ReadClientConfig(&map, path_, &write->http, unsupported);
    Unsupported(&map, "sigv4", "use basic_auth, authorization or oauth2", unsupported);
    Unsupported(&map, "azuread", "use basic_auth, authorization or oauth2", unsupported);
    Unsupported(&map, "google_iam", "use basic_auth, authorization or oauth2", unsupported);
    Unsupported(&map, "round_robin_dns", "each new connection looks the name up", unsupported);
    map.Finish();
  }

  void CheckUrl(const Node& node, const std::string& field, const std::string& url) {
    const Node* given = node.Find("url");
    if (url.empty()) {
      mistakes_.Add(given == nullptr ? node : *given, field + ".url",
                    base::Concat({"url for ", field.substr(0, field.find('[')), " is empty"}));
    } else if (const auto parsed = base::http::ParseUrl(url); !parsed.ok()) {
      mistakes_.Add(*given, field + ".url", base::Message(parsed.status()));
    }
  }

  void ReadHeaders(MapReader* map, WriteConfig* write) {
    if (!map->StringMap("headers", &write->headers)) return;
    for (const auto& [name, value] : write->headers) {
      const std::string lower = base::ToLowerAscii(name);
      if (const base::Status status = base::http::CheckHeader(name, value); !status.ok()) {
        mistakes_.Add(*map->node().Find("headers"), map->field() + ".headers",
                      base::Message(status));
      }
      for (const std::string_view reserved : kReservedHeaders) {
        if (lower != reserved) continue;
        mistakes_.Add(*map->node().Find("headers"), map->field() + ".headers",
                      lower == "authorization"
                          ? "authorization header must be changed via the basic_auth, "
                            "authorization or oauth2 parameter"
                          : base::Concat({lower, " is a reserved header. It must not be changed"}));
      }
    }
  }

  void ReadMessage(MapReader* map, WriteConfig* write) {
    std::string message(kMessageV1);
    if (!map->String("protobuf_message", &message)) return;
    write->is_v2 = message == kMessageV2;
    if (write->is_v2 || message == kMessageV1 || message.empty()) return;
    mistakes_.Add(*map->node().Find("protobuf_message"), map->field() + ".protobuf_message",
                  base::Concat({"invalid protobuf_message value: unknown type for remote write "
                                "protobuf message ",
                                message, ", supported: ", kMessageV1, ", ", kMessageV2}));
  }

  void ReadQueue(const Node& node, const std::string& field, QueueConfig* queue) {
    MapReader map(node, field, &mistakes_);
    ReadPositive(&map, "capacity", INT32_MAX, &queue->capacity);
    ReadPositive(&map, "max_shards", kMaxShards, &queue->max_shards);
    ReadPositive(&map, "min_shards", kMaxShards, &queue->min_shards);
    ReadPositive(&map, "max_samples_per_send", kMaxPerSend, &queue->max_samples_per_send);
    map.Duration("batch_send_deadline", &queue->batch_send_deadline_ms);
    map.Duration("min_backoff", &queue->min_backoff_ms);
    map.Duration("max_backoff", &queue->max_backoff_ms);
    map.Bool("retry_on_http_429", &queue->retry_on_429);
    map.Duration("sample_age_limit", &queue->sample_age_limit_ms);
    map.Finish();
    if (queue->min_shards > queue->max_shards) {
      mistakes_.Add(node, field + ".min_shards",
                    "remote write queue min_shards must not be greater than max_shards");
    }
    if (queue->max_backoff_ms < queue->min_backoff_ms) {
      mistakes_.Add(node, field + ".max_backoff",
                    "remote write queue max_backoff must not be less than min_backoff");
    }
  }

  void ReadPositive(MapReader* map, std::string_view key, int64_t most, int64_t* out) {
    int64_t value = *out;
    if (!map->Int(key, INT64_MIN, most, &value)) return;
    if (value > 0) {
      *out = value;
      return;
    }
    mistakes_.Add(*map->node().Find(key), base::Concat({map->field(), ".", key}),
                  base::Concat({"remote write queue ", key, " must be positive"}));
  }

  void ReadMetadata(const Node& node, const std::string& field, MetadataConfig* metadata) {
    MapReader map(node, field, &mistakes_);
    map.Bool("send", &metadata->send);
    map.Duration("send_interval", &metadata->send_interval_ms);
    map.Int("max_samples_per_send", 1, kMaxPerSend, &metadata->max_samples_per_send);
    map.Finish();
    if (metadata->send_interval_ms == 0) {
      metadata->send_interval_ms = MetadataConfig().send_interval_ms;
    }
  }

  // A queue goes on after a restart where the one of its name was: without a name it is that of the
  // URL, so that other keys may change.
  void NameIt(const Node& node, const std::string& field, WriteConfig* write) {
    if (write->name.empty()) {
      const int nth = unnamed_[write->url]++;
      const std::string of = nth == 0 ? write->url : write->url + " " + std::to_string(nth);
      constexpr std::string_view kHex = "0123456789abcdef";
      uint64_t hash = base::Hash64(of);
      for (int i = 0; i < 6; ++i, hash >>= 4) write->name += kHex[hash & 15];
    }
    if (names_.insert(write->name).second) return;
    mistakes_.Add(node, field + ".name",
                  base::Concat({"found multiple remote write configs with job name ",
                                base::GoQuote(write->name)}));
  }

  const std::string path_;
  const bool skip_unsupported_;
  Problems mistakes_;
  std::vector<std::string> unsupported_;  // "FILE:LINE:COL: FIELD: WHY"
  std::set<std::string> names_;
  std::map<std::string, int> unnamed_;
  Config config_;
};

}  // namespace

base::StatusOr<Config> ParseConfig(std::string_view text, const std::string& path,
                                   bool skip_unsupported) {
  return Reader(path, skip_unsupported).Read(text);
}

base::StatusOr<Config> LoadConfig(base::FileSystem* fs, const std::string& path,
                                  bool skip_unsupported) {
  VEDETTE_ASSIGN_OR_RETURN(const std::string text, fs->ReadFile(path));
  return ParseConfig(text, path, skip_unsupported);
}

}  // namespace vedette::remote
