#include "app/exporters.h"

#include "app/local_service.h"
#include "base/strings.h"
#include "exporters/caddy/caddy_exporter.h"
#include "exporters/caddy/flags.h"
#include "exporters/node/flags.h"
#include "exporters/node/node_exporter.h"
#include "exporters/postgres/flags.h"
#include "exporters/postgres/postgres_exporter.h"
#include "exporters/process/flags.h"
#include "exporters/process/process_exporter.h"
#include "exporters/pve/flags.h"
#include "exporters/pve/pve_exporter.h"
#include "exporters/redis/address.h"
#include "exporters/redis/flags.h"
#include "exporters/redis/redis_exporter.h"

namespace vedette::app {
namespace {

// Kinds, for FlagsOf: what Detect returns is shown to people and is what Aim takes.

struct NodeKind {
  using Options = exporters::node::NodeOptions;
  using Exporter = exporters::node::NodeExporter;
  static auto Flags() { return exporters::node::NodeFlags(); }
  static std::string Detect(const Options&, base::FileSystem*) { return "this host"; }
  static void Aim(Options*, std::string_view) {}
};

struct ProcessKind {
  using Options = exporters::process::ProcessOptions;
  using Exporter = exporters::process::ProcessExporter;
  static auto Flags() { return exporters::process::ProcessFlags(); }
  static std::string Detect(const Options&, base::FileSystem*) { return "this host's processes"; }
  static void Aim(Options*, std::string_view) {}
};

struct CaddyKind {
  using Options = exporters::caddy::CaddyOptions;
  using Exporter = exporters::caddy::CaddyExporter;
  static auto Flags() { return exporters::caddy::CaddyFlags(); }
  static std::string Detect(const Options& options, base::FileSystem*) {
    if (options.admin_address != Options().admin_address) return options.admin_address;
    return ListensOnPort(2019) ? options.admin_address : "";
  }
  static void Aim(Options* options, std::string_view found) { options->admin_address = found; }
};

struct PostgresKind {
  using Options = exporters::postgres::PostgresOptions;
  using Exporter = exporters::postgres::PostgresExporter;
  static constexpr char kFolder[] = "/run/postgresql";
  static constexpr std::string_view kSocket = ".s.PGSQL.";

  static auto Flags() { return exporters::postgres::PostgresFlags(); }
  static bool IsTold(const Options::Source& source) {
    return !source.name.empty() || !source.uri.empty() || !source.uri_file.empty();
  }
  static std::string Detect(const Options& options, base::FileSystem* fs) {
    if (IsTold(options.source)) return "what DATA_SOURCE_NAME says";
    const auto entries = fs->List(kFolder);
    if (!entries.ok()) return "";
    for (const std::string& name : *entries) {
      if (!base::StartsWith(name, kSocket)) continue;
      const std::string port = name.substr(kSocket.size());
      if (base::ParseUint(port) && ListensOnSocket(base::Concat({kFolder, "/", name}))) {
        return base::Concat({"host=", kFolder, " port=", port, " dbname=postgres"});
      }
    }
    return "";
  }
  // Without a word of the user every database is covered, as the role that this process's user is.
  static void Aim(Options* options, std::string_view found) {
    if (IsTold(options->source)) return;
    options->source.name = found;
    options->discovery.on = true;
  }
};

struct RedisKind {
  using Options = exporters::redis::RedisOptions;
  using Exporter = exporters::redis::RedisExporter;
  static auto Flags() { return exporters::redis::RedisFlags(); }
  // The address that was told may hold a password.
  static std::string ToShow(const std::string& address) {
    const auto parsed = exporters::redis::ParseAddress(address);
    return parsed.ok() ? parsed->Uri() : "what --redis.addr says";
  }
  static std::string Detect(const Options& options, base::FileSystem*) {
    if (options.addr != Options().addr) return ToShow(options.addr);
    for (const char* path : {"/run/redis/redis-server.sock", "/run/redis/redis.sock"}) {
      if (ListensOnSocket(path)) return base::Concat({"unix://", path});
    }
    return ListensOnPort(6379) ? options.addr : "";
  }
  static void Aim(Options* options, std::string_view found) {
    if (found != ToShow(options->addr)) options->addr = found;
  }
};

struct PveKind {
  using Options = exporters::pve::PveOptions;
  using Exporter = exporters::pve::PveExporter;
  static auto Flags() { return exporters::pve::PveFlags(); }
  static std::string Detect(const Options& options, base::FileSystem* fs) {
    if (!options.environment.user.empty()) return "PVE_USER in the environment";
    return fs->Stat(options.config_file).ok() ? options.config_file : "";
  }
  static void Aim(Options*, std::string_view) {}
};

template <typename Kind>
std::unique_ptr<ExporterFlags> MakeFlags(const ExporterSpec& spec, CLI::App* verb,
                                         const std::string& prefix) {
  return std::make_unique<FlagsOf<Kind>>(verb, prefix, spec.title, spec.address);
}

// The node exporter's address leads to every page of the agent. Each thread keeps what the
// allocator caches for it, some 40 KiB: 16 to an exporter were 6 MiB.
constexpr ExporterSpec kExporters[] = {
    {"node", "Node exporter", ":9100", 16, &MakeFlags<NodeKind>},
    {"process", "Per-process exporter", ":9256", 4, &MakeFlags<ProcessKind>},
    {"caddy", "Caddy exporter", ":9180", 4, &MakeFlags<CaddyKind>},
    {"postgres", "PostgreSQL exporter", ":9187", 4, &MakeFlags<PostgresKind>},
    {"redis", "Redis exporter", ":9121", 4, &MakeFlags<RedisKind>},
    {"pve", "Proxmox VE exporter", ":9221", 4, &MakeFlags<PveKind>, "/pve"},
};

}  // namespace

std::span<const ExporterSpec> AllExporters() { return kExporters; }

}  // namespace vedette::app
