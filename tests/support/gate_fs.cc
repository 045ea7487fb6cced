#include "tests/support/gate_fs.h"

#include <utility>

namespace vedette::test {

class GateFs::Readable final : public base::RandomAccessFile {
 public:
  Readable(GateFs* fs, std::unique_ptr<base::RandomAccessFile> below)
      : fs_(fs), below_(std::move(below)) {}
  base::StatusOr<size_t> Read(uint64_t offset, size_t n, char* buffer) const override {
    fs_->Pass(n);
    return below_->Read(offset, n, buffer);
  }
  uint64_t Size() const override { return below_->Size(); }

 private:
  GateFs* const fs_;
  const std::unique_ptr<base::RandomAccessFile> below_;
};

void GateFs::Close(uint64_t n) {
  base::MutexLock lock(mutex_);
  open_ = false;
  left_ = n;
}

void GateFs::Open() {
  base::MutexLock lock(mutex_);
  open_ = true;
  changed_.NotifyAll();
}

void GateFs::WaitForReader() {
  base::MutexLock lock(mutex_);
  while (waiting_ == 0) changed_.Wait(mutex_);
}

void GateFs::Pass(size_t bytes) {
  if (bytes < min_bytes_) return;
  base::MutexLock lock(mutex_);
  if (open_) return;
  if (left_ > 0) {
    --left_;
    return;
  }
  ++waiting_;
  changed_.NotifyAll();
  while (!open_) changed_.Wait(mutex_);
  --waiting_;
}

base::StatusOr<std::unique_ptr<base::RandomAccessFile>> GateFs::OpenRead(const std::string& path) {
  VEDETTE_ASSIGN_OR_RETURN(auto below, below_->OpenRead(path));
  if (path.find(word_) == std::string::npos) return below;
  return std::make_unique<Readable>(this, std::move(below));
}

}  // namespace vedette::test
