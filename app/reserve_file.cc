#include "app/reserve_file.h"

#include <utility>

namespace vedette::app {

ReserveFile::ReserveFile(base::FileSystem* fs, std::string path, uint64_t bytes)
    : fs_(fs), path_(std::move(path)), bytes_(bytes) {}

bool ReserveFile::Arm() {
  base::MutexLock lock(mutex_);
  if (armed_) return true;
  armed_ = fs_->Allocate(path_, bytes_).ok();
  // A reservation that failed half way holds blocks that others need now.
  if (!armed_) fs_->RemoveAll(path_).IgnoreError();
  return armed_;
}

bool ReserveFile::Release() {
  base::MutexLock lock(mutex_);
  if (!armed_) return false;
  armed_ = false;
  return fs_->Remove(path_).ok();
}

}  // namespace vedette::app
