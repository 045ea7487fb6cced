#ifndef VEDETTE_COLLECTOR_REMOTE_CONFIG_H_
#define VEDETTE_COLLECTOR_REMOTE_CONFIG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fs.h"
#include "base/http/client_config.h"
#include "base/status.h"
#include "collector/remote/query_client.h"
#include "model/relabel.h"

// What prometheus.yml says of engines elsewhere, `remote_write`, `storage.remote` and
// `logs.remote`, as read. Plain values; nothing here runs.

namespace vedette::remote {

// queue_config. Samples are counted in shards: series keep theirs, and their order in it.
struct QueueConfig {
  int64_t capacity = 10'000;  // samples that wait in a shard
  int64_t max_shards = 50;
  int64_t min_shards = 0;  // 0: kShards of them
  int64_t max_samples_per_send = 2'000;
  int64_t batch_send_deadline_ms = 5'000;
  int64_t min_backoff_ms = 30;
  int64_t max_backoff_ms = 5'000;
  bool retry_on_429 = true;
  int64_t sample_age_limit_ms = 0;  // 0: none is too old

  static constexpr int64_t kShards = 4;
  int64_t shards() const {
    const int64_t wanted = min_shards > 0 ? min_shards : kShards;
    return wanted < max_shards ? wanted : max_shards;
  }
};

// metadata_config
struct MetadataConfig {
  bool send = true;
  int64_t send_interval_ms = 60'000;
  int64_t max_samples_per_send = 2'000;
};

// One item of remote_write.
struct WriteConfig {
  std::string name;  // as given, else made of the URL
  std::string url;
  bool is_v2 = false;  // protobuf_message: io.prometheus.write.v2.Request
  int64_t timeout_ms = 30'000;
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<model::Relabeler> relabel;
  std::string relabel_text;  // write_relabel_configs as it stands in the file
  bool send_exemplars = false;
  bool send_native_histograms = false;
  QueueConfig queue;
  MetadataConfig metadata;
  base::http::ClientConfig http;
  // The item as it stands in the file, for telling whether a reload changes it.
  std::string text;
};

// logs.remote: who keeps log lines and answers for them in place of the store.
struct LogsConfig {
  enum class Engine { kLoki, kVictoriaLogs };
  Engine engine = Engine::kLoki;
  QueryConfig client;
};

struct Config {
  std::vector<WriteConfig> writes;
  std::optional<QueryConfig> query;  // storage.remote: who answers queries in place of the store
  std::optional<LogsConfig> logs;
  std::vector<std::string> skipped;  // with skip_unsupported: "FILE:LINE:COL: FIELD: WHY"
};

// Reads `remote_write`, `storage.remote` and `logs.remote` of a prometheus.yml, and refuses
// remote_read by name; other sections are others' to read. `path` names the file in messages and is
// what relative paths are relative to. InvalidArgument with every problem, one a line.
// `skip_unsupported`: leaves out what needs something not supported.
base::StatusOr<Config> ParseConfig(std::string_view text, const std::string& path,
                                   bool skip_unsupported = false);
base::StatusOr<Config> LoadConfig(base::FileSystem* fs, const std::string& path,
                                  bool skip_unsupported = false);

}  // namespace vedette::remote

#endif  // VEDETTE_COLLECTOR_REMOTE_CONFIG_H_
