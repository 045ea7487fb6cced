#include "base/file_copy.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/codec/bytes.h"
#include "base/strings.h"
#include "base/wal_format.h"

namespace vedette::base {
namespace {

constexpr uint64_t kCopyBytes = 1 << 20;
constexpr char kDropped[] = ": its owner dropped segments meanwhile";

// Calls `take` with the first `size` bytes of a file, piece by piece.
template <typename Take>
Status ForEachPiece(const RandomAccessFile& file, uint64_t size, const Take& take) {
  std::string buffer(kCopyBytes, '\0');
  for (uint64_t at = 0; at < size; at += kCopyBytes) {
    const size_t wanted = std::min(kCopyBytes, size - at);
    VEDETTE_ASSIGN_OR_RETURN(const size_t got, file.Read(at, wanted, buffer.data()));
    VEDETTE_RETURN_IF_ERROR(take(std::string_view(buffer).substr(0, got)));
  }
  return {};
}

// What a file holds, as a chain of its pieces' hashes.
StatusOr<uint64_t> HashOf(FileSystem* fs, const std::string& path) {
  VEDETTE_ASSIGN_OR_RETURN(const auto file, fs->OpenRead(path));
  uint64_t hash = file->Size();
  VEDETTE_RETURN_IF_ERROR(ForEachPiece(*file, file->Size(), [&](std::string_view piece) {
    hash = Hash64(piece, hash);
    return Status();
  }));
  return hash;
}

// The numbers of a log's segments, ascending. None where there is no folder.
StatusOr<std::vector<uint64_t>> SegmentsOf(FileSystem* fs, const std::string& dir, uint64_t first) {
  StatusOr<std::vector<std::string>> names = fs->List(dir);
  if (absl::IsNotFound(names.status())) return std::vector<uint64_t>();
  if (!names.ok()) return names.status();
  std::vector<uint64_t> numbers;
  for (const std::string& name : *names) {
    const std::optional<uint64_t> number = wal_format::ParseSegmentName(name);
    if (number && *number >= first) numbers.push_back(*number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

}  // namespace

Status CopyFile(FileSystem* fs, const std::string& from, const std::string& to) {
  VEDETTE_ASSIGN_OR_RETURN(const auto source, fs->OpenRead(from));
  VEDETTE_ASSIGN_OR_RETURN(const auto target, fs->Create(to));
  uint64_t hash = source->Size();
  VEDETTE_RETURN_IF_ERROR(ForEachPiece(*source, source->Size(), [&](std::string_view piece) {
    hash = Hash64(piece, hash);
    return target->Append(piece);
  }));
  VEDETTE_RETURN_IF_ERROR(target->Sync());
  VEDETTE_RETURN_IF_ERROR(target->Close());
  VEDETTE_ASSIGN_OR_RETURN(const uint64_t written, HashOf(fs, to));
  return written == hash ? Status() : DataLoss(Concat({to, ": reads back otherwise than written"}));
}

StatusOr<bool> LinkOrCopy(FileSystem* fs, HardLinker* linker, const std::string& from,
                          const std::string& to) {
  if (linker != nullptr && linker->Link(from, to).ok()) return true;
  VEDETTE_RETURN_IF_ERROR(CopyFile(fs, from, to));
  return false;
}

Status MustBeEmpty(FileSystem* fs, const std::string& dir) {
  const StatusOr<std::vector<std::string>> names = fs->List(dir);
  if (absl::IsNotFound(names.status())) return {};
  if (!names.ok()) return names.status();
  if (names->empty()) return {};
  return InvalidArgument(Concat({dir, ": found ", std::to_string(names->size()),
                                 " files; allowed is a new or an empty folder"}));
}

StatusOr<uint64_t> CopyLog(FileSystem* fs, const std::string& from, const std::string& to,
                           uint64_t first) {
  VEDETTE_RETURN_IF_ERROR(fs->CreateDirs(to));
  VEDETTE_ASSIGN_OR_RETURN(const std::vector<uint64_t> numbers, SegmentsOf(fs, from, first));
  uint64_t bytes = 0;
  for (const uint64_t number : numbers) {
    const std::string copy = JoinPath(to, wal_format::SegmentName(number));
    const Status status = CopyFile(fs, JoinPath(from, wal_format::SegmentName(number)), copy);
    if (absl::IsNotFound(status)) return Unavailable(from + kDropped);
    VEDETTE_RETURN_IF_ERROR(status);
    VEDETTE_ASSIGN_OR_RETURN(const FileInfo info, fs->Stat(copy));
    bytes += info.size;
  }
  // What it dropped after it was copied is in a checkpoint that may not have been.
  VEDETTE_ASSIGN_OR_RETURN(const std::vector<uint64_t> after, SegmentsOf(fs, from, first));
  if (!std::includes(after.begin(), after.end(), numbers.begin(), numbers.end())) {
    return Unavailable(from + kDropped);
  }
  VEDETTE_RETURN_IF_ERROR(fs->SyncDir(to));
  return bytes;
}

}  // namespace vedette::base
