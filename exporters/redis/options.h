#ifndef VEDETTE_EXPORTERS_REDIS_OPTIONS_H_
#define VEDETTE_EXPORTERS_REDIS_OPTIONS_H_

#include <chrono>
#include <cstdint>
#include <string>

#include "base/secrets.h"

namespace vedette::exporters::redis {

// Everything that the flags set. A plain value; flags.h fills it.
struct RedisOptions {
  std::string addr = "redis://localhost:6379";
  std::string user;
  base::Secret password;      // wins over the file
  std::string password_file;  // JSON: address to password
  std::chrono::milliseconds connection_timeout{15000};
  std::string client_name = "redis_exporter";  // empty: none is set
  bool ping_on_connect = false;

  // How to reach a server that speaks TLS.
  struct Tls {
    std::string ca_file;  // empty: the machine's
    std::string cert_file;
    std::string key_file;
    std::string server_name;  // empty: the host of the address
    bool skip_verify = false;
  } tls;

  std::string name_space = "redis";
  std::string config_command = "CONFIG";  // "-": the configuration is not asked for
  bool role_label = false;
  bool is_cluster = false;
  bool cluster_hostnames = false;
  bool is_tile38 = false;
  bool redis_metrics_only = false;
  bool scrape_endpoint = true;

  struct Include {
    bool config = false;
    bool redact_config = true;
    bool modules = false;
    bool system = false;
    bool rdb_file_size = false;
    bool search_indexes = false;
    bool sentinel_peers = false;
    bool empty_databases = true;
    bool latency_histogram = true;
    bool clients = false;
    bool client_ports = false;
  } include;
  std::string search_index_pattern = ".*";

  // What is asked of single keys. The lists are "db3=key,other": see key_patterns.h.
  struct Keys {
    std::string check;
    std::string check_single;
    std::string streams;
    std::string single_streams;
    std::string count;
    std::string groups;  // Lua patterns, comma separated
    int64_t batch_size = 1000;
    int64_t max_groups = 100;
    int64_t max_keys = 50000;                   // a scan finds no more
    std::chrono::milliseconds scan_time{1000};  // all scans of one scrape together
    bool values = true;
    bool skip_absent = false;
    bool skip_on_master = false;
    bool stream_consumers = true;
  } keys;

  std::string scripts;  // paths, comma separated
  bool script_read_only = false;

  // Basic authentication of the exporter's own pages; --web.config.file can do more.
  struct BasicAuth {
    std::string user;
    base::Secret password;
    std::string bcrypt_hash;
  } basic_auth;
};

}  // namespace vedette::exporters::redis

#endif  // VEDETTE_EXPORTERS_REDIS_OPTIONS_H_
