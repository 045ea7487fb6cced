#ifndef VEDETTE_APP_RESERVE_FILE_H_
#define VEDETTE_APP_RESERVE_FILE_H_

#include <cstdint>
#include <string>

#include "base/fs.h"
#include "base/mutex.h"

namespace vedette::app {

// Room on disk kept for alert state: given up when the disk is full, taken back when there is room
// again. Thread-safe; owned by the part whose reserve it is.
class ReserveFile {
 public:
  ReserveFile(base::FileSystem* fs, std::string path, uint64_t bytes);

  // Takes the room if it is not held. False when there is not enough.
  bool Arm() VEDETTE_EXCLUDES(mutex_);
  // Gives it up; true if that freed anything.
  bool Release() VEDETTE_EXCLUDES(mutex_);

 private:
  base::FileSystem* const fs_;
  const std::string path_;
  const uint64_t bytes_;
  base::Mutex mutex_;
  bool armed_ VEDETTE_GUARDED_BY(mutex_) = false;
};

}  // namespace vedette::app

#endif  // VEDETTE_APP_RESERVE_FILE_H_
