#include "exporters/redis/flags.h"

#include <utility>

#include "base/strings.h"
#include "model/labels.h"

namespace vedette::exporters::redis {
namespace {

using Flags = std::vector<RedisFlag>;

// Upstream names nearly every variable after its flag, with this in front.
constexpr char kPrefix[] = "REDIS_EXPORTER_";

void AddTo(Flags* flags, std::string env, RedisFlag flag) {
  flag.env = std::move(env);
  flags->push_back(std::move(flag));
}

template <typename Field>
void Text(Flags* flags, std::string name, std::string env, std::string help, Field field) {
  RedisOptions defaults;
  std::string default_value = field(&defaults);
  AddTo(flags, std::move(env),
        TextFlag<RedisOptions>(std::move(name), std::move(help), std::move(default_value), field));
}

template <typename Field>
void Switch(Flags* flags, std::string name, std::string env, std::string help, Field field) {
  RedisOptions defaults;
  const bool default_value = field(&defaults);
  AddTo(flags, std::move(env),
        SwitchFlag<RedisOptions>(std::move(name), std::move(help), default_value, field));
}

// A switch that turns something off.
template <typename Field>
void OffSwitch(Flags* flags, std::string name, std::string env, std::string help, Field field) {
  RedisFlag flag = SwitchFlag<RedisOptions>(std::move(name), std::move(help), false, field);
  flag.set = [field](RedisOptions* options, std::string_view value) -> base::Status {
    VEDETTE_ASSIGN_OR_RETURN(const bool off, ParseSwitch(value));
    field(options) = !off;
    return base::Status();
  };
  AddTo(flags, std::move(env), std::move(flag));
}

template <typename Field>
void SecretText(Flags* flags, std::string name, std::string env, std::string help, Field field) {
  RedisFlag flag;
  flag.name = std::move(name);
  flag.help = std::move(help);
  flag.set = [field](RedisOptions* options, std::string_view value) {
    field(options) = base::Secret(std::string(value));
    return base::Status();
  };
  AddTo(flags, std::move(env), std::move(flag));
}

// Upstream's TLS for its own pages: the web configuration file has it here.
void Refused(Flags* flags, std::string name, std::string env) {
  RedisFlag flag;
  flag.name = std::move(name);
  flag.help = "Not taken here: give tls_server_config in --web.config.file";
  flag.is_hidden = true;
  flag.set = [](RedisOptions*, std::string_view) {
    return base::InvalidArgument(
        "TLS of the exporter's own pages is set by tls_server_config in --web.config.file");
  };
  AddTo(flags, std::move(env), std::move(flag));
}

std::string Env(const char* name) { return std::string(kPrefix) + name; }

void AddConnection(Flags* flags) {
  Text(
      flags, "redis.addr", "REDIS_ADDR",
      "Address of the server: redis://, rediss://, valkey://, "
      "valkeys://, unix:// or HOST:PORT",
      [](RedisOptions * o) -> auto& { return o->addr; });
  Text(
      flags, "redis.user", "REDIS_USER", "User name (ACL)",
      [](RedisOptions * o) -> auto& { return o->user; });
  SecretText(
      flags, "redis.password", "REDIS_PASSWORD",
      "Password; better by file or environment, since others can read a command line",
      [](RedisOptions * o) -> auto& { return o->password; });
  Text(
      flags, "redis.password-file", "REDIS_PASSWORD_FILE",
      "JSON file of addresses and their passwords; an address may end in *",
      [](RedisOptions * o) -> auto& { return o->password_file; });
  AddTo(flags, Env("CONNECTION_TIMEOUT"),
        TimeFlag<RedisOptions>(
            "connection-timeout", "How long to wait for the server", "15s",
            [](RedisOptions * o) -> auto& { return o->connection_timeout; }));
  RedisFlag name = SwitchFlag<RedisOptions>(
      "set-client-name", "Name the connection redis_exporter", true,
      [](RedisOptions * o) -> auto& { return o->ping_on_connect; });
  name.set = [](RedisOptions* options, std::string_view value) -> base::Status {
    VEDETTE_ASSIGN_OR_RETURN(const bool on, ParseSwitch(value));
    options->client_name = on ? RedisOptions().client_name : "";
    return base::Status();
  };
  AddTo(flags, Env("SET_CLIENT_NAME"), std::move(name));
  Switch(
      flags, "ping-on-connect", Env("PING_ON_CONNECT"), "Time a PING at each scrape",
      [](RedisOptions * o) -> auto& { return o->ping_on_connect; });
}

void AddTls(Flags* flags) {
  Text(
      flags, "tls-ca-cert-file", Env("TLS_CA_CERT_FILE"),
      "Authorities to check the server's certificate with; the machine's by default",
      [](RedisOptions * o) -> auto& { return o->tls.ca_file; });
  Text(
      flags, "tls-client-cert-file", Env("TLS_CLIENT_CERT_FILE"), "Our certificate",
      [](RedisOptions * o) -> auto& { return o->tls.cert_file; });
  Text(
      flags, "tls-client-key-file", Env("TLS_CLIENT_KEY_FILE"), "Our certificate's key",
      [](RedisOptions * o) -> auto& { return o->tls.key_file; });
  Text(
      flags, "tls-server-name", Env("TLS_SERVER_NAME"),
      "Name that the server's certificate must have; the address's host by default",
      [](RedisOptions * o) -> auto& { return o->tls.server_name; });
  Switch(
      flags, "skip-tls-verification", Env("SKIP_TLS_VERIFICATION"),
      "Take any certificate of the server",
      [](RedisOptions * o) -> auto& { return o->tls.skip_verify; });
  Refused(flags, "tls-server-cert-file", Env("TLS_SERVER_CERT_FILE"));
  Refused(flags, "tls-server-key-file", Env("TLS_SERVER_KEY_FILE"));
  Refused(flags, "tls-server-ca-cert-file", Env("TLS_SERVER_CA_CERT_FILE"));
  Refused(flags, "tls-server-min-version", Env("TLS_SERVER_MIN_VERSION"));
}

void AddNamespace(Flags* flags) {
  RedisFlag flag = TextFlag<RedisOptions>(
      "namespace", "What every metric's name begins with", RedisOptions().name_space,
      [](RedisOptions * o) -> auto& { return o->name_space; });
  flag.set = [](RedisOptions* options, std::string_view value) -> base::Status {
    if (!model::IsLegacyMetricName(value)) {
      return base::InvalidArgument(
          base::Concat({"found ", base::GoQuote(value),
                        "; allowed are letters, digits, _ and :, no digit first"}));
    }
    options->name_space = std::string(value);
    return base::Status();
  };
  AddTo(flags, Env("NAMESPACE"), std::move(flag));
}

void AddServerKinds(Flags* flags) {
  AddNamespace(flags);
  Text(
      flags, "config-command", Env("CONFIG_COMMAND"),
      "The CONFIG command where it was renamed; - asks for no configuration",
      [](RedisOptions * o) -> auto& { return o->config_command; });
  Switch(
      flags, "append-instance-role-label", Env("APPEND_INSTANCE_ROLE_LABEL"),
      "Add the label instance_role to the server's metrics",
      [](RedisOptions * o) -> auto& { return o->role_label; });
  Switch(
      flags, "is-cluster", Env("IS_CLUSTER"),
      "The server is part of a cluster: look at keys on all of its masters",
      [](RedisOptions * o) -> auto& { return o->is_cluster; });
  Switch(
      flags, "cluster-discover-hostnames", Env("CLUSTER_DISCOVER_HOSTNAMES"),
      "Name cluster nodes by host name at /discover-cluster-nodes where they announce one",
      [](RedisOptions * o) -> auto& { return o->cluster_hostnames; });
  Switch(
      flags, "is-tile38", Env("IS_TILE38"), "The server is a Tile38",
      [](RedisOptions * o) -> auto& { return o->is_tile38; });
  Switch(
      flags, "redis-only-metrics", Env("REDIS_ONLY_METRICS"),
      "Leave out build info and what is said of this process",
      [](RedisOptions * o) -> auto& { return o->redis_metrics_only; });
  OffSwitch(
      flags, "disable-scrape-endpoint", Env("DISABLE_SCRAPE_ENDPOINT"), "Do not serve /scrape",
      [](RedisOptions * o) -> auto& { return o->scrape_endpoint; });
  RedisFlag runtime = SwitchFlag<RedisOptions>(
      "include-go-runtime-metrics", "Taken and without effect: there is no Go here", false,
      [](RedisOptions * o) -> auto& { return o->ping_on_connect; });
  runtime.set = [](RedisOptions*, std::string_view value) { return ParseSwitch(value).status(); };
  runtime.is_hidden = true;
  AddTo(flags, Env("INCLUDE_GO_RUNTIME_METRICS"), std::move(runtime));
}

void AddIncludes(Flags* flags) {
  Switch(
      flags, "include-config-metrics", Env("INCL_CONFIG_METRICS"), "Show the configuration",
      [](RedisOptions * o) -> auto& { return o->include.config; });
  Switch(
      flags, "redact-config-metrics", Env("REDACT_CONFIG_METRICS"),
      "Leave out configuration items that hold secrets",
      [](RedisOptions * o) -> auto& { return o->include.redact_config; });
  Switch(
      flags, "include-modules-metrics", Env("INCL_MODULES_METRICS"), "Show loaded modules",
      [](RedisOptions * o) -> auto& { return o->include.modules; });
  Switch(
      flags, "include-system-metrics", Env("INCL_SYSTEM_METRICS"),
      "Show the memory of the server's machine",
      [](RedisOptions * o) -> auto& { return o->include.system; });
  Switch(
      flags, "include-rdb-file-size-metric", Env("INCL_RDB_FILE_SIZE_METRIC"),
      "Show the size of the RDB file, which must be readable here",
      [](RedisOptions * o) -> auto& { return o->include.rdb_file_size; });
  Switch(
      flags, "include-search-indexes-metrics", Env("INCL_SEARCH_INDEXES_METRICS"),
      "Show search indexes", [](RedisOptions * o) -> auto& { return o->include.search_indexes; });
  Text(
      flags, "check-search-indexes", Env("CHECK_SEARCH_INDEXES"),
      "Pattern of search indexes to show",
      [](RedisOptions * o) -> auto& { return o->search_index_pattern; });
  Switch(
      flags, "include-sentinel-peer-info", Env("INCL_SENTINEL_PEER_INFO"),
      "Show each other sentinel of a master",
      [](RedisOptions * o) -> auto& { return o->include.sentinel_peers; });
  Switch(
      flags, "include-metrics-for-empty-databases", Env("INCL_METRICS_FOR_EMPTY_DATABASES"),
      "Show databases without keys",
      [](RedisOptions * o) -> auto& { return o->include.empty_databases; });
  OffSwitch(
      flags, "exclude-latency-histogram-metrics", Env("EXCLUDE_LATENCY_HISTOGRAM_METRICS"),
      "Do not ask for latencies",
      [](RedisOptions * o) -> auto& { return o->include.latency_histogram; });
  Switch(
      flags, "export-client-list", Env("EXPORT_CLIENT_LIST"), "Show each client",
      [](RedisOptions * o) -> auto& { return o->include.clients; });
  Switch(
      flags, "export-client-port", Env("EXPORT_CLIENT_PORT"), "Show the clients' ports too",
      [](RedisOptions * o) -> auto& { return o->include.client_ports; });
}

void AddKeyLists(Flags* flags) {
  Text(
      flags, "check-keys", Env("CHECK_KEYS"),
      "Patterns of keys to show value and size of, as db0=PATTERN,PATTERN",
      [](RedisOptions * o) -> auto& { return o->keys.check; });
  Text(
      flags, "check-single-keys", Env("CHECK_SINGLE_KEYS"),
      "Keys to show value and size of, as db0=KEY,KEY",
      [](RedisOptions * o) -> auto& { return o->keys.check_single; });
  Text(
      flags, "check-streams", Env("CHECK_STREAMS"), "Patterns of streams to show",
      [](RedisOptions * o) -> auto& { return o->keys.streams; });
  Text(
      flags, "check-single-streams", Env("CHECK_SINGLE_STREAMS"), "Streams to show",
      [](RedisOptions * o) -> auto& { return o->keys.single_streams; });
  Text(
      flags, "count-keys", Env("COUNT_KEYS"), "Patterns of keys to count",
      [](RedisOptions * o) -> auto& { return o->keys.count; });
  Text(
      flags, "check-key-groups", Env("CHECK_KEY_GROUPS"), "Lua patterns by which to group all keys",
      [](RedisOptions * o) -> auto& { return o->keys.groups; });
}

void AddKeySettings(Flags* flags) {
  AddTo(flags, Env("CHECK_KEYS_BATCH_SIZE"),
        CountFlag<RedisOptions>(
            "check-keys-batch-size", "About how many keys one SCAN looks at", 1000, 1, 100000,
            [](RedisOptions * o) -> auto& { return o->keys.batch_size; }));
  AddTo(flags, Env("MAX_DISTINCT_KEY_GROUPS"),
        CountFlag<RedisOptions>(
            "max-distinct-key-groups", "Groups of a database to show; the others are one, overflow",
            100, 0, 100000, [](RedisOptions * o) -> auto& { return o->keys.max_groups; }));
  AddTo(flags, Env("CHECK_KEYS_MAX_KEYS"),
        CountFlag<RedisOptions>(
            "check-keys-max-keys", "Keys that one pattern may find", 50000, 1, 1000000,
            [](RedisOptions * o) -> auto& { return o->keys.max_keys; }));
  AddTo(flags, Env("CHECK_KEYS_SCAN_TIME"),
        TimeFlag<RedisOptions>(
            "check-keys-scan-time", "Time for all scans of one scrape; the next goes on from there",
            "1s", [](RedisOptions * o) -> auto& { return o->keys.scan_time; }));
  OffSwitch(
      flags, "disable-exporting-key-values", Env("DISABLE_EXPORTING_KEY_VALUES"),
      "Show sizes of keys, not their values",
      [](RedisOptions * o) -> auto& { return o->keys.values; });
  Switch(
      flags, "check-keys-skip-absent", Env("CHECK_KEYS_SKIP_ABSENT"),
      "Leave out single keys that do not exist; else their size is 0",
      [](RedisOptions * o) -> auto& { return o->keys.skip_absent; });
  Switch(
      flags, "skip-checkkeys-for-role-master", Env("SKIP_CHECKKEYS_FOR_ROLE_MASTER"),
      "Look at no keys on a master",
      [](RedisOptions * o) -> auto& { return o->keys.skip_on_master; });
  OffSwitch(
      flags, "streams-exclude-consumer-metrics", Env("STREAMS_EXCLUDE_CONSUMER_METRICS"),
      "Leave out the consumers of streams",
      [](RedisOptions * o) -> auto& { return o->keys.stream_consumers; });
  Text(
      flags, "script", Env("SCRIPT"), "Paths of Lua scripts, comma separated, to run",
      [](RedisOptions * o) -> auto& { return o->scripts; });
  Switch(
      flags, "lua-script-read-only", Env("LUA_SCRIPT_READ_ONLY"), "Run scripts by EVAL_RO",
      [](RedisOptions * o) -> auto& { return o->script_read_only; });
}

void AddBasicAuth(Flags* flags) {
  Text(
      flags, "basic-auth-username", Env("BASIC_AUTH_USERNAME"), "Who may see the pages",
      [](RedisOptions * o) -> auto& { return o->basic_auth.user; });
  SecretText(
      flags, "basic-auth-password", Env("BASIC_AUTH_PASSWORD"), "That user's password",
      [](RedisOptions * o) -> auto& { return o->basic_auth.password; });
  Text(
      flags, "basic-auth-hash-password", Env("BASIC_AUTH_HASH_PASSWORD"),
      "That password's bcrypt hash in its place",
      [](RedisOptions * o) -> auto& { return o->basic_auth.bcrypt_hash; });
}

}  // namespace

std::vector<RedisFlag> RedisFlags() {
  Flags flags;
  AddConnection(&flags);
  AddTls(&flags);
  AddServerKinds(&flags);
  AddIncludes(&flags);
  AddKeyLists(&flags);
  AddKeySettings(&flags);
  AddBasicAuth(&flags);
  return flags;
}

}  // namespace vedette::exporters::redis
