#include "exporters/redis/key_metrics.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/strings.h"

namespace vedette::exporters::redis {
namespace {

constexpr size_t kKeysAtOnce = 200;
// Longer strings are no labels, and no HyperLogLog (12,304 bytes at most).
constexpr double kMaxValueBytes = 16 << 10;
constexpr std::string_view kHyperLogLogMagic = "HYLL";

struct SizeCommand {
  std::string_view type;
  const char* command;
};
constexpr SizeCommand kSizeCommands[] = {{"string", "STRLEN"}, {"list", "LLEN"},
                                         {"set", "SCARD"},     {"zset", "ZCARD"},
                                         {"hash", "HLEN"},     {"stream", "XLEN"}};

struct KeyState {
  const std::string* key;
  std::string type;
  std::optional<double> size;
  bool is_hyperloglog = false;
};

// Looks at one batch of keys; a command for some of them at a time.
class Batch {
 public:
  Batch(Connection* connection, const std::string& db, const Deadline& deadline, MetricSet* metrics)
      : connection_(connection), db_(db), deadline_(deadline), metrics_(metrics) {}

  base::Status ReadTypes(std::span<const std::string> keys) {
    std::vector<Command> commands;
    for (const std::string& key : keys) {
      commands.push_back({"TYPE", key});
      commands.push_back({"MEMORY", "USAGE", key});
    }
    VEDETTE_ASSIGN_OR_RETURN(const std::vector<Reply> replies,
                             connection_->Run(commands, deadline_));
    for (size_t i = 0; i < keys.size(); ++i) {
      states_.push_back({&keys[i], replies[2 * i].text, std::nullopt, false});
      const Reply& memory = replies[2 * i + 1];
      if (memory.kind == Reply::Kind::kInteger) {
        Add("key_memory_usage_bytes", keys[i], static_cast<double>(memory.integer));
      }
    }
    return base::Status();
  }

  base::Status ReadSizes() {
    return Ask([](const KeyState& key) { return SizeOf(key.type); },
               [](KeyState& key, const Reply& reply) { key.size = reply.Number(); });
  }

  // A string may be a HyperLogLog, whose size is another; only its bytes tell.
  base::Status ReadValues(bool show) {
    return Ask(
        [](const KeyState& key) {
          const bool is_short = key.type == "string" && key.size && *key.size <= kMaxValueBytes;
          return is_short ? "GET" : nullptr;
        },
        [this, show](KeyState& key, const Reply& reply) {
          if (!reply.is_text()) return;
          key.is_hyperloglog = base::StartsWith(reply.text, kHyperLogLogMagic);
          if (show && !key.is_hyperloglog) AddValue(*key.key, reply.text);
        });
  }

  base::Status ReadHyperLogLogs() {
    return Ask([](const KeyState& key) { return key.is_hyperloglog ? "PFCOUNT" : nullptr; },
               [](KeyState& key, const Reply& reply) {
                 if (reply.kind == Reply::Kind::kInteger) key.size = reply.Number();
               });
  }

  void AddSizes(bool absent_as_zero) {
    for (const KeyState& key : states_) {
      if (key.size) Add("key_size", *key.key, *key.size);
      if (key.type == "none" && absent_as_zero) Add("key_size", *key.key, 0);
    }
  }

 private:
  static const char* SizeOf(std::string_view type) {
    for (const SizeCommand& size : kSizeCommands) {
      if (size.type == type) return size.command;
    }
    return nullptr;
  }

  // Sends `choose(key)` for every key for which it is a command; errors of a key are its own: it
  // may have changed meanwhile.
  template <typename Choose, typename Take>
  base::Status Ask(Choose choose, Take take) {
    std::vector<Command> commands;
    std::vector<KeyState*> asked;
    for (KeyState& key : states_) {
      const char* command = choose(key);
      if (command == nullptr) continue;
      commands.push_back({command, *key.key});
      asked.push_back(&key);
    }
    if (commands.empty()) return base::Status();
    VEDETTE_ASSIGN_OR_RETURN(const std::vector<Reply> replies,
                             connection_->Run(commands, deadline_));
    for (size_t i = 0; i < asked.size(); ++i) {
      if (!replies[i].is_error()) take(*asked[i], replies[i]);
    }
    return base::Status();
  }

  void Add(std::string_view metric, std::string_view key, double value) {
    metrics_->Gauge(metric, value, {{"db", db_}, {"key", key}});
  }

  void AddValue(std::string_view key, std::string_view value) {
    if (const auto number = base::ParseDouble(value)) {
      Add("key_value", key, *number);
    } else {
      metrics_->Gauge("key_value_as_string", 1, {{"db", db_}, {"key", key}, {"val", value}});
    }
  }

  Connection* const connection_;
  const std::string& db_;
  const Deadline& deadline_;
  MetricSet* const metrics_;
  std::vector<KeyState> states_;
};

}  // namespace

base::Status AddKeys(Connection* connection, int database, std::span<const std::string> keys,
                     bool named, const RedisOptions::Keys& options, const Deadline& deadline,
                     MetricSet* metrics) {
  const std::string db = "db" + std::to_string(database);
  constexpr int64_t kBatchNanos = 100'000'000;
  for (size_t at = 0; at < keys.size(); at += kKeysAtOnce) {
    if (deadline.RemainingNanos() < kBatchNanos) return base::Status();
    Batch batch(connection, db, deadline, metrics);
    VEDETTE_RETURN_IF_ERROR(
        batch.ReadTypes(keys.subspan(at, std::min(kKeysAtOnce, keys.size() - at))));
    VEDETTE_RETURN_IF_ERROR(batch.ReadSizes());
    VEDETTE_RETURN_IF_ERROR(batch.ReadValues(options.values));
    VEDETTE_RETURN_IF_ERROR(batch.ReadHyperLogLogs());
    batch.AddSizes(named && !options.skip_absent);
  }
  return base::Status();
}

}  // namespace vedette::exporters::redis
