#ifndef VEDETTE_TESTS_SUPPORT_GATE_FS_H_
#define VEDETTE_TESTS_SUPPORT_GATE_FS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/fs.h"
#include "base/mutex.h"

namespace vedette::test {

// Another file system with a gate in it: large reads of files whose path contains a word stop there
// until a test lets them through. So what happens during a long read can be looked at. Thread-safe.
class GateFs : public base::FileSystem {
 public:
  // Reads of at least `min_bytes` are held; smaller ones (headers) always pass.
  GateFs(base::FileSystem* below, std::string word, size_t min_bytes)
      : below_(below), word_(std::move(word)), min_bytes_(min_bytes) {}

  // From now on `n` reads pass and the next waits.
  void Close(uint64_t n) VEDETTE_EXCLUDES(mutex_);
  void Open() VEDETTE_EXCLUDES(mutex_);
  // Blocks until a read waits.
  void WaitForReader() VEDETTE_EXCLUDES(mutex_);

  base::StatusOr<std::unique_ptr<base::RandomAccessFile>> OpenRead(
      const std::string& path) override;

  base::StatusOr<std::unique_ptr<base::WritableFile>> Create(const std::string& path) override {
    return below_->Create(path);
  }
  base::StatusOr<std::unique_ptr<base::WritableFile>> OpenAppend(const std::string& path) override {
    return below_->OpenAppend(path);
  }
  base::StatusOr<std::string> ReadFile(const std::string& path) override {
    return below_->ReadFile(path);
  }
  base::Status Rename(const std::string& from, const std::string& to) override {
    return below_->Rename(from, to);
  }
  base::Status Remove(const std::string& path) override { return below_->Remove(path); }
  base::Status RemoveAll(const std::string& path) override { return below_->RemoveAll(path); }
  base::Status Truncate(const std::string& path, uint64_t size) override {
    return below_->Truncate(path, size);
  }
  base::Status CreateDirs(const std::string& path) override { return below_->CreateDirs(path); }
  base::StatusOr<std::vector<std::string>> List(const std::string& path) override {
    return below_->List(path);
  }
  base::StatusOr<base::FileInfo> Stat(const std::string& path) override {
    return below_->Stat(path);
  }
  base::Status SyncDir(const std::string& path) override { return below_->SyncDir(path); }
  base::StatusOr<uint64_t> FreeSpace(const std::string& path) override {
    return below_->FreeSpace(path);
  }
  base::Status Allocate(const std::string& path, uint64_t size) override {
    return below_->Allocate(path, size);
  }
  base::StatusOr<std::unique_ptr<base::FileLock>> Lock(const std::string& path) override {
    return below_->Lock(path);
  }

 private:
  class Readable;
  void Pass(size_t bytes) VEDETTE_EXCLUDES(mutex_);

  base::FileSystem* const below_;
  const std::string word_;
  const size_t min_bytes_;
  base::Mutex mutex_;
  base::CondVar changed_;
  bool open_ VEDETTE_GUARDED_BY(mutex_) = true;
  uint64_t left_ VEDETTE_GUARDED_BY(mutex_) = 0;
  int waiting_ VEDETTE_GUARDED_BY(mutex_) = 0;
};

}  // namespace vedette::test

#endif  // VEDETTE_TESTS_SUPPORT_GATE_FS_H_
