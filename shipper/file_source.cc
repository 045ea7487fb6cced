#include "shipper/file_source.h"

#include <fnmatch.h>

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "shipper/rotated_name.h"

namespace vedette::shipper {
namespace {

// How far times of files and the wall clock may lie apart.
constexpr int64_t kClockSlackNs = 60'000'000'000;

int64_t LookBackTo(const FileSource::Options& options) {
  const int64_t now = options.clock->WallNanos();
  const int64_t scanned = options.checkpoint->Get().scanned_ns;
  // A clock that was stepped back tells nothing of what is older than the last look.
  if (scanned != 0 && scanned <= now) return scanned - kClockSlackNs;
  return now - std::chrono::nanoseconds(options.first_look_back).count();
}

}  // namespace

FileSource::FileSource(Options options)
    : options_(std::move(options)),
      reader_(options_.zone),
      known_(options_.checkpoint->Get().files),
      look_back_to_ns_(LookBackTo(options_)),
      scanned_ns_(options_.checkpoint->Get().scanned_ns) {
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
  const int64_t now = options_.clock->WallNanos();
  const std::vector<Found> found = FindFiles();
  for (const Found& file : found) {
    if (!file.rotated) Follow(file);
  }
  for (const Found& file : found) {
    if (file.rotated) Recover(file);
  }
  NoteMissing(found);
  for (size_t i = 0; i < tails_.size(); ++i) {
    if (!Ship(tails_[i].get(), stop)) return;
  }
  DropDrained();
  scanned_ns_ = now;
  SavePositions();
}

std::vector<FileSource::Found> FileSource::FindFiles() {
  std::vector<Found> found;
  std::set<std::string> seen;
  for (const std::string& pattern : options_.patterns) FindIn(pattern, &seen, &found);
  return found;
}

void FileSource::FindIn(const std::string& pattern, std::set<std::string>* seen,
                        std::vector<Found>* found) {
  const std::string folder(FolderOf(pattern));
  const std::string base(BaseOf(pattern));
  const auto names = options_.fs->List(folder);
  if (!names.ok()) return SayOnce(folder, names.status());
  for (const std::string& name : *names) {
    const bool live = fnmatch(base.c_str(), name.c_str(), 0) == 0;
    if (!live && !IsRotatedForm(base, name)) continue;
    const std::string path = base::JoinPath(folder, name);
    const auto info = options_.fs->Stat(path);
    if (!info.ok()) {
      SayOnce(path, info.status());
    } else if (!info->is_directory && seen->insert(path).second) {
      // A pattern that ends in a wildcard matches compressed files, too: they do not grow.
      const bool packed = PackingOf(name) != Packing::kPlain;
      found->push_back({path, *info, !live || packed});
    }
  }
}

// Files of the last run that have a name now that no rotation gives: they lie in the same folder.
void FileSource::OpenRenamed() {
  const std::vector<FilePosition> files = known_.files();
  for (const FilePosition& known : files) {
    const auto at_path = options_.fs->Stat(known.path);
    if (known.complete || (at_path.ok() && at_path->inode == known.inode)) continue;
    const std::string folder(FolderOf(known.path));
    const auto names = options_.fs->List(folder);
    for (const std::string& name : names.ok() ? *names : std::vector<std::string>()) {
      const std::string path = base::JoinPath(folder, name);
      const auto info = options_.fs->Stat(path);
      if (!info.ok() || info->is_directory || info->inode != known.inode) continue;
      auto tail = Open({path, *info});
      if (tail && tail->Holds(known).value_or(false)) {
        tail->GoOnFrom(known);
        known_.Remove(known.identity);
        tails_.push_back(std::move(tail));
      }
      break;
    }
  }
}

void FileSource::Follow(const Found& found) {
  if (FileTail* tail = FindOpen(found.info)) {
    tail->set_path(found.path);
    if (!tail->Touched(found.info)) return;
    const base::StatusOr<bool> holds = tail->Holds(tail->position());
    if (!holds.ok()) return SayOnce(found.path, holds.status());
    if (*holds) return;
    // Truncated: another file in the same place. A copy may have what was not read.
    known_.Add(tail->position());
    seen_.clear();
    std::erase_if(tails_, [tail](const auto& open) { return open.get() == tail; });
  }
  std::unique_ptr<FileTail> tail = Open(found);
  if (!tail) return;
  if (const base::Status status = Recognise(tail.get()); !status.ok()) {
    return SayOnce(found.path, status);
  }
  tail->Touched(found.info);
  complained_.erase(found.path);
  Take(std::move(tail));
}

void FileSource::Recover(const Found& found) {
  const Seen now{found.info.device, found.info.inode, found.info.size, found.info.mtime_ns};
  if (seen_.contains(now)) return;
  bool look_again = false;
  std::unique_ptr<FileTail> tail = OpenRotated(found, &look_again);
  if (look_again) return;
  seen_.insert(now);
  if (tail) Take(std::move(tail));
}

std::unique_ptr<FileTail> FileSource::OpenRotated(const Found& found, bool* look_again) {
  // Renamed, and read to its end as what it was.
  *look_again = FindOpen(found.info) != nullptr;
  if (*look_again) return nullptr;
  const bool at_rest = found.info.mtime_ns <= options_.clock->WallNanos() - kClockSlackNs;
  std::unique_ptr<FileTail> tail = Open(found, at_rest);
  if (!tail) {
    *look_again = !at_rest;
    return nullptr;
  }
  if (const FileTail* twin = FindTwin(tail->position().identity)) {
    // Perhaps a copy in the making of what is open: the original tells it all, unless it is
    // truncated. Once it is at rest, and something of the original is read, it can be seen.
    *look_again = twin->position().offset == 0 || !at_rest;
    if (*look_again || tail->Holds(twin->position()).value_or(false)) return nullptr;
  }
  const std::vector<FilePosition> alike = known_.Alike(tail->position());
  if (alike.empty() && found.info.mtime_ns < look_back_to_ns_) return nullptr;
  const auto complete = [](const FilePosition& known) { return known.complete; };
  if (!alike.empty() && std::all_of(alike.begin(), alike.end(), complete)) return nullptr;
  if (const base::Status status = Recognise(tail.get()); !status.ok()) {
    SayOnce(found.path, status);
    return nullptr;
  }
  return tail;
}

std::unique_ptr<FileTail> FileSource::Open(const Found& found, bool at_rest) {
  // What is empty has no first line. Neither pipes nor devices have a size, and opening one may
  // block for ever.
  if (found.info.size == 0) return nullptr;
  auto tail = FileTail::Open(options_.fs, found.path, found.info, at_rest);
  if (tail.ok()) return *std::move(tail);
  SayOnce(found.path, tail.status());
  return nullptr;
}

base::Status FileSource::Recognise(FileTail* tail) {
  for (const FilePosition& known : known_.Alike(tail->position())) {
    VEDETTE_ASSIGN_OR_RETURN(const bool holds, tail->Holds(known));
    if (!holds) continue;
    tail->GoOnFrom(known);
    known_.Remove(known.identity);
    return {};
  }
  for (const auto& open : tails_) {
    if (open->position().offset == 0) continue;
    VEDETTE_ASSIGN_OR_RETURN(const bool copy, tail->Holds(open->position()));
    if (!copy || open->position().identity.family != tail->position().identity.family) continue;
    tail->GoOnFrom(open->position());
    return {};
  }
  tail->set_generation(NextGeneration(tail->position().identity));
  return {};
}

// 0 unless the family has, or had, another file that begins alike: its lines are others.
uint64_t FileSource::NextGeneration(const FileIdentity& identity) const {
  uint64_t next = 0;
  const auto count = [&](const FilePosition& file) {
    if (file.identity.family == identity.family && file.identity.LooksLike(identity)) {
      next = std::max(next, file.identity.generation + 1);
    }
  };
  for (const auto& tail : tails_) count(tail->position());
  for (const FilePosition& known : known_.files()) count(known);
  return next;
}

FileTail* FileSource::FindOpen(const base::FileInfo& info) {
  for (const auto& tail : tails_) {
    if (tail->IsFile(info)) return tail.get();
  }
  return nullptr;
}

FileTail* FileSource::FindTwin(const FileIdentity& identity) {
  for (const auto& tail : tails_) {
    const FileIdentity& open = tail->position().identity;
    if (open.family == identity.family && open.LooksLike(identity)) return tail.get();
  }
  return nullptr;
}

void FileSource::Take(std::unique_ptr<FileTail> tail) {
  tails_.push_back(std::move(tail));
  // Known from now on, also if it is renamed before anything of it is acknowledged.
  SavePositions();
  options_.checkpoint->Flush();
}

void FileSource::NoteMissing(const std::vector<Found>& found) {
  const int64_t now = options_.clock->MonotonicNanos();
  for (const auto& tail : tails_) {
    const bool there = std::any_of(found.begin(), found.end(), [&](const Found& file) {
      return !file.rotated && tail->IsFile(file.info);
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
    batch.source = tail->position().identity.Source(options_.machine);
    if (const base::Status read = ReadBatch(tail, &batch); !read.ok()) {
      SayOnce(tail->position().path, read);
      tail->broken = true;
    }
    if (batch.entries.empty()) return true;
    if (!options_.sender->Deliver(batch.source, batch.entries, stop).ok()) return false;
    tail->Acknowledge();
    SavePositions();
    if (!batch.Full()) return true;
  }
  return false;
}

base::Status FileSource::ReadBatch(FileTail* tail, Batch* batch) {
  const std::string path = tail->position().path;
  const bool last = tail->packed() || tail->at_rest() ||
                    (tail->missing_since_mono_ns != 0 &&
                     options_.clock->MonotonicNanos() - tail->missing_since_mono_ns >=
                         std::chrono::nanoseconds(options_.drain_for).count());
  tail->drained = last;
  return tail->ReadLines(last, [&](std::string_view line, uint64_t end) {
    batch->Add(MakeEntry(line, end, path));
    return !batch->Full();
  });
}

Entry FileSource::MakeEntry(std::string_view line, uint64_t end, const std::string& path) {
  const CaddyFacts facts = reader_.Read(line);
  Entry entry;
  const int64_t now_ns = options_.clock->WallNanos();
  entry.timestamp_ns = facts.time ? NotAhead(facts.time->nanos, now_ns) : now_ns;
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
  std::erase_if(tails_, [this](const std::unique_ptr<FileTail>& tail) {
    if (!tail->drained) return false;
    FilePosition position = tail->position();
    position.complete = !tail->broken;
    known_.Add(position);
    return true;
  });
}

void FileSource::SavePositions() {
  std::vector<FilePosition> positions = known_.files();
  for (const auto& tail : tails_) positions.push_back(tail->position());
  options_.checkpoint->SetFiles(std::move(positions), scanned_ns_);
}

void FileSource::SayOnce(const std::string& path, const base::Status& status) {
  // A folder that is not there yet is no reason to speak.
  if (absl::IsNotFound(status) || !complained_.insert(path).second) return;
  options_.logger->Warn("a log file cannot be read, trying on",
                        {{"path", path}, {"error", base::Message(status)}});
}

}  // namespace vedette::shipper
