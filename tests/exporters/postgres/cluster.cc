#include "tests/exporters/postgres/cluster.h"

#include <glob.h>
#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "base/strings.h"
#include "tests/support/free_port.h"

namespace vedette::exporters::postgres {
namespace {

using base::Concat;

// The folder of the newest server that Debian has.
std::string DebianFolder() {
  glob_t found{};
  std::string folder;
  if (::glob("/usr/lib/postgresql/*/bin/initdb", 0, nullptr, &found) == 0) {
    folder = found.gl_pathv[found.gl_pathc - 1];
    folder.resize(folder.rfind('/'));
  }
  ::globfree(&found);
  return folder;
}

// One of PostgreSQL's programs: of $VEDETTE_POSTGRES_BIN, which may hold a server alone, or
// Debian's.
std::string Program(const std::string& name) {
  const char* const chosen = std::getenv("VEDETTE_POSTGRES_BIN");
  const std::string path = Concat({chosen == nullptr ? "" : chosen, "/", name});
  return ::access(path.c_str(), X_OK) == 0 ? path : Concat({DebianFolder(), "/", name});
}

std::string Quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

// The server refuses to run as root: then it runs as Debian's user for it.
std::string AsServer(const std::string& command) {
  if (::geteuid() != 0) return command;
  return "su postgres -s /bin/sh -c " + Quoted(command);
}

bool Run(const std::string& command) {
  return std::system((command + " >/dev/null 2>&1 </dev/null").c_str()) == 0;
}

void GiveToServer(const std::string& path) {
  if (::geteuid() != 0) return;
  const passwd* const user = ::getpwnam("postgres");
  if (user == nullptr || ::chown(path.c_str(), user->pw_uid, user->pw_gid) != 0) std::abort();
}

constexpr char kHba[] =
    "local all all trust\n"
    "host all postgres 127.0.0.1/32 trust\n"
    "host replication postgres 127.0.0.1/32 trust\n"
    "host all all 127.0.0.1/32 scram-sha-256\n";

}  // namespace

std::string Output(const std::string& command) {
  std::string output;
  FILE* const pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return output;
  std::array<char, 4096> buffer;
  size_t size = 0;
  while ((size = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0) {
    output.append(buffer.data(), size);
  }
  ::pclose(pipe);
  if (!output.empty() && output.back() == '\n') output.pop_back();
  return output;
}

bool Cluster::IsAvailable() { return !DebianFolder().empty(); }

Cluster::Cluster() : port_(test::FreePort()) { GiveToServer(dir_.path()); }

std::unique_ptr<Cluster> Cluster::Start(std::string_view settings) {
  std::unique_ptr<Cluster> cluster(new Cluster);
  const std::string data = cluster->Data();
  if (!Run(AsServer(Concat(
          {Program("initdb"), " --no-sync -A trust -U postgres --locale=C -E UTF8 -D ", data})))) {
    return nullptr;
  }
  std::ofstream(data + "/postgresql.conf", std::ios::app)
      << "listen_addresses = '127.0.0.1'\nfsync = off\nshared_buffers = 16MB\nautovacuum = off\n"
      << "wal_level = logical\nunix_socket_directories = '" << cluster->dir_.path() << "'\n"
      << settings << "\n";
  std::ofstream(data + "/pg_hba.conf") << kHba;
  if (!cluster->Launch()) return nullptr;
  cluster->Sql("CREATE ROLE metrics LOGIN PASSWORD 's3cret word' IN ROLE pg_monitor");
  return cluster;
}

std::unique_ptr<Cluster> Cluster::StartStandby(const Cluster& primary) {
  std::unique_ptr<Cluster> standby(new Cluster);
  if (!Run(AsServer(primary.Control("-m fast stop"))) ||
      !Run(AsServer(Concat({"cp -a ", primary.Data(), " ", standby->Data()}))) ||
      !Run(Concat({"rm -rf ", standby->Data(), "/pg_replslot/*"})) ||
      !Run(AsServer(primary.Control("start")))) {
    return nullptr;
  }
  std::ofstream(standby->Data() + "/standby.signal").flush();
  std::ofstream(standby->Data() + "/postgresql.conf", std::ios::app)
      << "unix_socket_directories = '" << standby->dir_.path() << "'\n"
      << "primary_conninfo = 'host=127.0.0.1 port=" << primary.port_ << " user=postgres'\n"
      << "primary_slot_name = 'standby1'\n";
  return standby->Launch() ? std::move(standby) : nullptr;
}

Cluster::~Cluster() { Stop(); }

bool Cluster::Launch() {
  running_ = Run(AsServer(Control("start")));
  return running_;
}

std::string Cluster::Control(const std::string& command) const {
  return Concat({Program("pg_ctl"), " -w -t 120 -D ", Data(), " -l ", dir_.Join("log"), " -o '-p ",
                 std::to_string(port_), "' ", command});
}

void Cluster::Stop() {
  if (!running_) return;
  // At once would throw its statistics away, which tests after this one look at.
  Run(AsServer(Control("-m fast stop")));
  running_ = false;
}

bool Cluster::StartAgain() { return Launch(); }

std::string Cluster::Sql(std::string_view sql, std::string_view database) const {
  return Output(Concat({Program("psql"), " -XAtq -h ", dir_.path(), " -p ", std::to_string(port_),
                        " -U postgres -d ", database, " -c ", Quoted(sql), " 2>&1"}));
}

void Cluster::Background(std::string_view sql, std::string_view database) const {
  Run(Concat({"( ", Program("psql"), " -XAtq -h ", dir_.path(), " -p ", std::to_string(port_),
              " -U postgres -d ", database, " -c ", Quoted(sql), " & )"}));
}

std::string Cluster::Source(std::string_view database, std::string_view user) const {
  return Concat({"postgresql://", user, "@127.0.0.1:", std::to_string(port_), "/", database,
                 "?sslmode=disable"});
}

void Cluster::Freeze() const { Signal("STOP"); }
void Cluster::Thaw() const { Signal("CONT"); }

// The postmaster and its children, named by its own pid file.
void Cluster::Signal(const char* name) const {
  const std::string pid = Output(Concat({"head -n 1 ", Data(), "/postmaster.pid"}));
  Run(Concat({"kill -", name, " ", pid, " $(ps -o pid= --ppid ", pid, ")"}));
}

}  // namespace vedette::exporters::postgres
