#ifndef VEDETTE_TESTS_EXPORTERS_POSTGRES_CLUSTER_H_
#define VEDETTE_TESTS_EXPORTERS_POSTGRES_CLUSTER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tests/support/temp_dir.h"

namespace vedette::exporters::postgres {

// A real PostgreSQL of its own, on 127.0.0.1 and a Unix socket, in a folder that goes with it. Role
// "postgres" needs no password; role "metrics" (pg_monitor) has the password "s3cret word". The
// server is Debian's, or that of the folder $VEDETTE_POSTGRES_BIN.
class Cluster {
 public:
  // False where PostgreSQL's programs are not installed.
  static bool IsAvailable();
  // A new cluster, running; null where it did not start. `settings` are lines of postgresql.conf.
  static std::unique_ptr<Cluster> Start(std::string_view settings = "");
  // A standby of `primary`, streaming from its slot "standby1", which must exist. The primary is
  // stopped for a moment: a copy of its folder needs no pg_basebackup of the same version.
  static std::unique_ptr<Cluster> StartStandby(const Cluster& primary);
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  // Runs SQL as the superuser; what it prints, unaligned, without the last newline.
  std::string Sql(std::string_view sql, std::string_view database = "postgres") const;
  // A psql that runs `sql` in the background; its process ends with the server's session.
  void Background(std::string_view sql, std::string_view database) const;
  // "postgresql://USER@127.0.0.1:PORT/DATABASE?sslmode=disable"
  std::string Source(std::string_view database = "postgres",
                     std::string_view user = "postgres") const;
  std::string Label() const { return "127.0.0.1:" + std::to_string(port_); }
  uint16_t port() const { return port_; }
  std::string socket_folder() const { return dir_.path(); }

  void Stop();
  bool StartAgain();
  // Stops and continues every process of the server, as a frozen machine would.
  void Freeze() const;
  void Thaw() const;

 private:
  Cluster();
  bool Launch();
  std::string Control(const std::string& command) const;  // pg_ctl
  void Signal(const char* name) const;
  std::string Data() const { return dir_.Join("data"); }

  test::TempDir dir_;
  uint16_t port_;
  bool running_ = false;
};

// What a command prints, without the last newline.
std::string Output(const std::string& command);

}  // namespace vedette::exporters::postgres

#endif  // VEDETTE_TESTS_EXPORTERS_POSTGRES_CLUSTER_H_
