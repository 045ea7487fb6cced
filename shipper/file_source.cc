#include "shipper/file_source.h"

#include <fnmatch.h>

#include <algorithm>
#include <utility>

#include "base/strings.h"

namespace vedette::shipper {
namespace {

std::string_view FolderOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return slash == 0 ? std::string_view("/") : path.substr(0, slash);
}

std::string BaseOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

bool SameInode(const FileIdentity& identity, const base::FileInfo& info) {
  return identity.device == info.device && identity.inode == info.inode;
}

bool SameFile(const FileIdentity& a, const FileIdentity& b) {
  return a.device == b.device && a.inode == b.inode && a.head_length == b.head_length &&
         a.head_hash == b.head_hash;
}

}  // namespace

FileSource::FileSource(Options options)
    : options_(std::move(options)),
      reader_(options_.zone),
      saved_(options_.checkpoint->Get().files) {
  OpenRenamed();
}

FileSource::~FileSource() = default;

void FileSource::Run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    Poll(stop);
    options_.checkpoint->Flush();
    if (!options_.clock->SleepFor(options_.poll_every, stop)) return;
  }
}

void FileSource::Poll(std::stop_token stop) {
  const std::vector<Found> found = FindFiles();
  for (const Found& file : found) Follow(file);
  NoteMissing(found);
  for (size_t i = 0; i < tails_.size(); ++i) {
    if (!Ship(tails_[i].get(), stop)) return;
  }
  DropDrained();
}

std::vector<FileSource::Found> FileSource::FindFiles() {
  std::vector<Found> found;
  std::set<std::string> seen;
  for (const std::string& pattern : options_.patterns) {
    const std::string folder(FolderOf(pattern));
    const auto names = options_.fs->List(folder);
    if (!names.ok()) {
      SayOnce(folder, names.status());
      continue;
    }
    for (const std::string& name : *names) {
      if (fnmatch(BaseOf(pattern).c_str(), name.c_str(), 0) != 0) continue;
      const std::string path = base::JoinPath(folder, name);
      const auto info = options_.fs->Stat(path);
      if (!info.ok() || info->is_directory || !seen.insert(path).second) continue;
      found.push_back({path, *info});
    }
  }
  return found;
}

// Files of the last run that have another name now: the rest of what was rotated while we were away
// lies beside the pattern, in the same folder.
void FileSource::OpenRenamed() {
  std::vector<FilePosition> still_saved;
  for (FilePosition& position : saved_) {
    const auto at_path = options_.fs->Stat(position.path);
    if (at_path.ok() && SameInode(position.identity, *at_path)) {
      still_saved.push_back(position);
      continue;
    }
    const std::string folder(FolderOf(position.path));
    const auto names = options_.fs->List(folder);
    for (const std::string& name : names.ok() ? *names : std::vector<std::string>()) {
      const std::string path = base::JoinPath(folder, name);
      const auto info = options_.fs->Stat(path);
      if (!info.ok() || info->is_directory || !SameInode(position.identity, *info)) continue;
      const auto identity = FileTail::Identify(options_.fs, path, *info);
      if (!identity.ok() || !*identity || !SameFile(**identity, position.identity)) continue;
      position.path = path;
      if (auto tail = FileTail::Open(options_.fs, position); tail.ok()) {
        tails_.push_back(*std::move(tail));
      }
      break;
    }
  }
  saved_ = std::move(still_saved);
}

void FileSource::Follow(const Found& found) {
  for (size_t i = 0; i < tails_.size(); ++i) {
    FileTail* tail = tails_[i].get();
    if (!SameInode(tail->position().identity, found.info)) continue;
    tail->set_path(found.path);
    const base::StatusOr<bool> same_head = tail->HeadUnchanged();
    if (!same_head.ok()) {
      SayOnce(found.path, same_head.status());
      return;
    }
    if (*same_head && found.info.size >= tail->position().offset) return;
    if (!*same_head) {
      // Truncated and written anew: another file in the same place. Should it come to begin as
      // before, its lines are new ones all the same.
      FilePosition again = tail->position();
      again.offset = 0;
      ++again.identity.generation;
      tails_.erase(tails_.begin() + static_cast<std::ptrdiff_t>(i));
      saved_.push_back(std::move(again));
      OpenNew(found);
    } else {
      Restart(i);
    }
    return;
  }
  OpenNew(found);
}

void FileSource::OpenNew(const Found& found) {
  const auto identity = FileTail::Identify(options_.fs, found.path, found.info);
  if (!identity.ok()) {
    SayOnce(found.path, identity.status());
    return;
  }
  if (!*identity) return;  // its first line is still being written
  FilePosition position{**identity, 0, found.path};
  const auto saved = std::find_if(saved_.begin(), saved_.end(), [&](const FilePosition& known) {
    return SameFile(known.identity, position.identity);
  });
  if (saved != saved_.end()) {
    position.identity.generation = saved->identity.generation;
    position.offset = saved->offset;
    saved_.erase(saved);
    if (found.info.size < position.offset) {
      position.offset = 0;
      ++position.identity.generation;
    }
  }
  // What else was saved of this inode is of a file that is gone: should this one come to look like
  // it, the generation tells them apart.
  std::erase_if(saved_, [&](const FilePosition& known) {
    const bool gone = SameInode(known.identity, found.info);
    if (gone) position.identity.generation = known.identity.generation + 1;
    return gone;
  });
  auto tail = FileTail::Open(options_.fs, std::move(position));
  if (!tail.ok()) {
    SayOnce(found.path, tail.status());
    return;
  }
  complained_.erase(found.path);
  tails_.push_back(*std::move(tail));
  // Known from now on, also if it is renamed before anything of it is acknowledged.
  SavePositions();
  options_.checkpoint->Flush();
}

// Truncated, and it begins as before: the same lines may come again and are new ones all the same,
// so the source gets a new name and starts from nothing.
void FileSource::Restart(size_t index) {
  FilePosition position = tails_[index]->position();
  position.offset = 0;
  ++position.identity.generation;
  if (auto tail = FileTail::Open(options_.fs, std::move(position)); tail.ok()) {
    tails_[index] = *std::move(tail);
  }
}

void FileSource::NoteMissing(const std::vector<Found>& found) {
  const int64_t now = options_.clock->MonotonicNanos();
  for (const auto& tail : tails_) {
    const bool there = std::any_of(found.begin(), found.end(), [&](const Found& file) {
      return SameInode(tail->position().identity, file.info);
    });
    if (there) {
      tail->missing_since_mono_ns = 0;
    } else if (tail->missing_since_mono_ns == 0) {
      tail->missing_since_mono_ns = now;
    }
  }
}

bool FileSource::Ship(FileTail* tail, std::stop_token stop) {
  while (!stop.stop_requested()) {
    Batch batch;
    batch.source = tail->position().identity.Source();
    if (const base::Status read = ReadBatch(tail, &batch); !read.ok()) {
      SayOnce(tail->position().path, read);
    }
    if (batch.entries.empty()) return true;
    if (!options_.sender->Deliver(batch.source, batch.entries, stop).ok()) return false;
    tail->Acknowledge(batch.entries.back().position);
    SavePositions();
    if (!batch.Full()) return true;
  }
  return false;
}

base::Status FileSource::ReadBatch(FileTail* tail, Batch* batch) {
  const std::string path = tail->position().path;
  const bool last = tail->missing_since_mono_ns != 0 &&
                    options_.clock->MonotonicNanos() - tail->missing_since_mono_ns >=
                        std::chrono::nanoseconds(options_.drain_for).count();
  tail->drained = last;
  return tail->ReadLines(last, [&](std::string_view line, uint64_t end) {
    batch->Add(MakeEntry(line, end, path));
    return !batch->Full();
  });
}

Entry FileSource::MakeEntry(std::string_view line, uint64_t end, const std::string& path) {
  const CaddyFacts facts = reader_.Read(line);
  Entry entry;
  entry.timestamp_ns = facts.time ? facts.time->nanos : options_.clock->WallNanos();
  entry.line = line;
  entry.position = end;
  entry.labels =
      model::Labels::FromPairs({{"job", "caddy"},
                                {"host", options_.host},
                                {"service_name", "caddy"},
                                {"detected_level", facts.level.empty() ? "info" : facts.level},
                                {"logger", base::RepairUtf8(facts.logger)},
                                {"status", facts.status}});
  entry.metadata = model::Labels::FromPairs({{"filename", base::RepairUtf8(path)}});
  return entry;
}

void FileSource::DropDrained() {
  const size_t dropped =
      std::erase_if(tails_, [](const std::unique_ptr<FileTail>& tail) { return tail->drained; });
  if (dropped > 0) SavePositions();
}

void FileSource::SavePositions() {
  std::vector<FilePosition> positions = saved_;
  for (const auto& tail : tails_) positions.push_back(tail->position());
  options_.checkpoint->SetFiles(std::move(positions));
}

void FileSource::SayOnce(const std::string& path, const base::Status& status) {
  // A folder that is not there yet is no reason to speak.
  if (absl::IsNotFound(status) || !complained_.insert(path).second) return;
  options_.logger->Warn("a log file cannot be read, trying on",
                        {{"path", path}, {"error", base::Message(status)}});
}

}  // namespace vedette::shipper
