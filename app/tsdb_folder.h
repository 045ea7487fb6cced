#ifndef VEDETTE_APP_TSDB_FOLDER_H_
#define VEDETTE_APP_TSDB_FOLDER_H_

#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/status.h"
#include "base/telemetry.h"
#include "collector/tsdb/overlay_fs.h"
#include "collector/tsdb/store.h"

namespace vedette::app {

// What the verbs of `vedette tsdb` share: the machine, and a store's folder opened to be read or to
// be changed. One thread.
class TsdbTool {
 public:
  TsdbTool();

  base::FileSystem* fs() { return fs_.get(); }
  base::Clock* clock() { return &clock_; }

  // DIR as people give it, the collector's folder or the metrics' own: the metrics' own.
  std::string FolderOf(const std::string& dir);
  // The same; InvalidArgument, saying where was looked, when there is no store.
  base::StatusOr<std::string> FindStore(const std::string& dir);

  // The store as it is now, its log included, without changing a byte: also beside the collector
  // that owns it. InvalidArgument when there is none.
  base::StatusOr<std::unique_ptr<tsdb::Store>> OpenToRead(const std::string& dir);
  // The store to be changed; makes one when there is none. Unavailable, saying who, when somebody
  // has it open.
  base::StatusOr<std::unique_ptr<tsdb::Store>> OpenToWrite(const std::string& dir);

 private:
  tsdb::Options StoreOptions(base::FileSystem* fs, const std::string& dir);

  const std::unique_ptr<base::FileSystem> fs_;
  base::SystemClock clock_;
  base::Logger log_;
  base::Telemetry telemetry_;
  std::unique_ptr<tsdb::OverlayFs> overlay_;
};

// Who holds the lock on this file, as "vedette (process 812)"; nothing when the kernel does not
// tell, as it does not where nobody holds it.
std::optional<std::string> LockHolder(base::FileSystem* fs, const std::string& lock_path);

// Whether the path lies in the folder or is the folder itself, symbolic links followed.
bool IsWithin(const std::string& path, const std::string& dir);

// The exit code of a verb that has read all of `store` that can be read: says on stderr whether
// anything was damaged, and is 1 then.
int FinishReading(const std::string& verb, const std::string& dir, const tsdb::Store& store);

// Prints "vedette tsdb VERB: MESSAGE" and gives the exit code to it: 2 for wrong use, else 1.
int TsdbFailure(const std::string& verb, const base::Status& status);

}  // namespace vedette::app

#endif  // VEDETTE_APP_TSDB_FOLDER_H_
