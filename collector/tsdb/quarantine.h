#ifndef VEDETTE_COLLECTOR_TSDB_QUARANTINE_H_
#define VEDETTE_COLLECTOR_TSDB_QUARANTINE_H_

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/fs.h"
#include "base/log.h"
#include "base/status.h"
#include "base/telemetry.h"

namespace vedette::tsdb {

// What in the store's folder is not as it should be is put out of the way and reported, and the
// rest goes on. What was set aside is kept: a name that is taken is never written over.
//
// Part of the store; called by who holds the folder. found() is thread-safe.
class Quarantine {
 public:
  Quarantine(base::FileSystem* fs, base::Logger* log, base::Telemetry* telemetry);

  // Renames it to NAME.broken, or to NAME.2.broken and so on.
  void SetAside(const std::string& path, const base::Status& why);
  // Sets aside a folder where a file belongs, or what is no folder where one does. True when it did
  // so, false when nothing is there or the right thing.
  bool ExpectFile(const std::string& path);
  bool ExpectFolder(const std::string& path);
  // A file that ought to be there is not. `cost`: what is lost with it.
  void NoteMissing(const std::string& path, std::string_view cost);

  // Files set aside or missed since the store was opened.
  uint64_t found() const { return found_; }

 private:
  std::string FreeName(const std::string& path);

  base::FileSystem* const fs_;
  base::Logger* const log_;
  base::Counter* const set_aside_;
  base::Counter* const missing_;
  std::atomic<uint64_t> found_{0};
};

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_QUARANTINE_H_
