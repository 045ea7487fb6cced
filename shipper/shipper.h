#ifndef VEDETTE_SHIPPER_SHIPPER_H_
#define VEDETTE_SHIPPER_SHIPPER_H_

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/fs.h"
#include "base/http/client.h"
#include "base/log.h"
#include "base/status.h"
#include "base/telemetry.h"
#include "shipper/checkpoint.h"
#include "shipper/dead_letters.h"
#include "shipper/file_source.h"
#include "shipper/journal_source.h"
#include "shipper/sender.h"
#include "shipper/timestamp.h"

namespace vedette::shipper {

// Reads this host's journal and log files and delivers every entry to the collector, once.
//
// Two threads, one a source, each with at most one batch in memory: what the collector does not
// take stays where it is, in the journal and in the files. Owned by app; the pointers in Options
// outlive it.
class Shipper {
 public:
  struct Options {
    std::string url;              // the collector's, "http://127.0.0.1:3100"
    std::string token_file;       // bearer token; empty: none
    std::string basic_auth_user;  // empty: none
    std::string basic_auth_password_file;
    base::http::TlsClientOptions tls;
    std::string host;                                 // the `host` label
    std::string state_dir;                            // positions, dead letters
    std::string machine_id_file = "/etc/machine-id";  // part of the sources' names; may be absent
    bool journal = true;
    std::string journal_directory;  // empty: this machine's
    std::vector<std::string> file_patterns{"/var/log/caddy-access-*.log"};
    TimeZone zone = TimeZone::kLocal;
    base::FileSystem* fs = nullptr;
    base::Clock* clock = nullptr;
    base::Logger* logger = nullptr;
    base::Telemetry* telemetry = nullptr;
  };

  // Reads the positions and starts. Fails when another shipper has the state folder, or a newer
  // version wrote it.
  static base::StatusOr<std::unique_ptr<Shipper>> Start(const Options& options);
  ~Shipper();  // stops
  Shipper(const Shipper&) = delete;
  Shipper& operator=(const Shipper&) = delete;

  // Within 5 s, whatever the collector does. What was not acknowledged is sent next time. May be
  // called twice.
  void Stop();

 private:
  explicit Shipper(const Options& options);
  Sender::Options SenderOptions();
  uint64_t MachineHash() const;
  void MakeJournalSource();
  void MakeFileSource();

  const Options options_;
  std::unique_ptr<base::FileLock> lock_;
  std::unique_ptr<base::http::Client> client_;
  std::unique_ptr<Checkpoint> checkpoint_;
  DeadLetters dead_letters_;
  Sender journal_sender_;
  Sender file_sender_;
  std::unique_ptr<JournalSource> journal_;
  std::unique_ptr<FileSource> files_;
  std::vector<std::jthread> threads_;
};

}  // namespace vedette::shipper

#endif  // VEDETTE_SHIPPER_SHIPPER_H_
