#include "collector/logstore/verify.h"

#include <algorithm>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "base/strings.h"
#include "base/wal_check.h"
#include "base/wal_format.h"
#include "collector/logstore/deletes.h"
#include "collector/logstore/filenames.h"
#include "collector/logstore/manifest.h"
#include "collector/logstore/minute_counts.h"
#include "collector/logstore/part.h"
#include "collector/logstore/stream_table.h"

namespace vedette::logstore {
namespace {

constexpr size_t kMaxFindings = 20;  // of one file
constexpr uint64_t kMaxRecordBytes = 64ull << 20;

void Find(VerifiedFile* file, std::string finding) {
  if (file->findings.size() < kMaxFindings) file->findings.push_back(std::move(finding));
}

void Find(VerifiedFile* file, const base::Status& status) {
  if (!status.ok()) Find(file, std::string(base::Message(status)));
}

std::string Differs(std::string_view what, uint64_t found, uint64_t said) {
  return base::Concat(
      {"has ", std::to_string(found), " ", what, ", it should be ", std::to_string(said)});
}

// Reads all blocks of a part.
class PartVerifier {
 public:
  PartVerifier(const Part* part, VerifiedFile* file) : part_(part), file_(file) {}

  void Run() {
    for (size_t i = 0; i < part_->streams().size(); ++i) {
      ids_[part_->streams()[i].stream.get()] = static_cast<uint32_t>(i);
    }
    for (size_t i = 0; i < part_->blocks().size(); ++i) CheckBlock(i);
    file_->streams = part_->streams().size();
    if (!file_->findings.empty()) return;  // the rest would only repeat it
    for (const StreamSummary& stream : part_->streams()) CheckStream(stream);
    CheckCounts();
  }

 private:
  struct Seen {
    uint64_t entries = 0;
    uint64_t bytes = 0;
    int64_t min_ns = INT64_MAX;
    int64_t max_ns = INT64_MIN;
  };

  void CheckBlock(size_t index) {
    const auto block = part_->ReadBlock(index);
    if (!block.ok()) return Find(file_, block.status());
    Find(file_, part_->CheckFilter(index));
    const BlockMeta& meta = part_->blocks()[index];
    const std::string place = base::Concat({"block ", std::to_string(index), ": "});
    const std::span<const Row> rows = (*block)->rows();
    if (rows.size() != meta.rows) Find(file_, place + Differs("rows", rows.size(), meta.rows));
    if (!std::is_sorted(rows.begin(), rows.end(), Before)) {
      Find(file_, place + "rows are not in order");
    }
    if (!rows.empty() &&
        (rows.front().timestamp_ns != meta.min_ns || rows.back().timestamp_ns != meta.max_ns)) {
      Find(file_, place + "times beyond those that the index gives");
    }
    for (const Row& row : rows) Add(row);
  }

  void Add(const Row& row) {
    ++file_->lines;
    Seen& seen = streams_[row.stream];
    ++seen.entries;
    seen.bytes += row.line.size();
    seen.min_ns = std::min(seen.min_ns, row.timestamp_ns);
    seen.max_ns = std::max(seen.max_ns, row.timestamp_ns);
    counts_.Add(ids_[row.stream], row);
    if (DayOf(row.timestamp_ns) != part_->day()) {
      Find(file_, "has a line of another day than its name says");
    }
  }

  void CheckStream(const StreamSummary& said) {
    const Seen seen = streams_[said.stream.get()];
    if (seen.entries == said.entries && seen.bytes == said.bytes && seen.min_ns == said.min_ns &&
        seen.max_ns == said.max_ns) {
      return;
    }
    Find(file_, base::Concat({"stream ", said.stream->labels.ToString(),
                              ": lines, bytes or times are not those of the index"}));
  }

  void CheckCounts() {
    const auto said = part_->ReadCounts();
    if (!said.ok()) return Find(file_, said.status());
    if (!said->has_value()) return;
    const auto found =
        MinuteCounts::Decode(counts_.Encode(part_->day()), part_->day(), part_->streams().size());
    if (!found.ok() || *found != **said) {
      Find(file_, "its counts by minute are not those of its lines");
    }
  }

  const Part* const part_;
  VerifiedFile* const file_;
  std::map<const Stream*, Seen> streams_;
  std::map<const Stream*, uint32_t> ids_;
  CountsBuilder counts_;
};

class StoreVerifier {
 public:
  explicit StoreVerifier(const VerifyOptions& options) : options_(options), fs_(options.fs) {}

  base::StatusOr<VerifyReport> Run() {
    VEDETTE_RETURN_IF_ERROR(ReadManifest());
    Measure();
    CheckDeletes();
    for (const PartEntry& entry : manifest_.parts) CheckPart(entry);
    CheckLog();
    CheckNames();
    for (const VerifiedFile& file : report_.files) report_.findings += file.findings.size();
    return std::move(report_);
  }

 private:
  std::string Folder(std::string_view name) const { return base::JoinPath(options_.dir, name); }

  VerifiedFile* Add(std::string kind, std::string path) {
    VerifiedFile file;
    file.kind = std::move(kind);
    file.path = std::move(path);
    const auto info = fs_->Stat(file.path);
    if (info.ok()) file.bytes = info->size;
    report_.files.push_back(std::move(file));
    return &report_.files.back();
  }

  void Done(const VerifiedFile& file) {
    done_ += file.bytes;
    if (options_.progress) options_.progress(done_, std::max(done_, all_), file.path);
  }

  base::StatusOr<Manifest> LoadManifest() {
    VEDETTE_ASSIGN_OR_RETURN(const std::string bytes, fs_->ReadFile(Folder(kManifestFile)));
    return Manifest::Decode(bytes);
  }

  base::Status ReadManifest() {
    base::StatusOr<Manifest> manifest = LoadManifest();
    if (absl::IsNotFound(manifest.status()) || absl::IsInvalidArgument(manifest.status())) {
      return base::Annotate(manifest.status(), options_.dir + ": no log store");
    }
    VerifiedFile* file = Add("manifest", Folder(kManifestFile));
    Find(file, manifest.status());
    if (manifest.ok()) manifest_ = *std::move(manifest);
    return {};
  }

  void CheckDeletes() {
    const auto bytes = fs_->ReadFile(Folder(kDeletesFile));
    if (absl::IsNotFound(bytes.status())) return;  // there was none yet
    VerifiedFile* file = Add("deletes", Folder(kDeletesFile));
    Find(file, bytes.ok() ? DecodeDeletes(*bytes).status() : bytes.status());
  }

  std::vector<std::string> NamesIn(std::string_view folder) {
    return fs_->List(Folder(folder)).value_or(std::vector<std::string>());
  }

  void Measure() {
    for (const PartEntry& entry : manifest_.parts) all_ += entry.bytes;
    for (const std::string& name : NamesIn(kWalFolder)) {
      const auto info = fs_->Stat(base::JoinPath(Folder(kWalFolder), name));
      if (info.ok()) all_ += info->size;
    }
  }

  // Whether its owner did not take it out since we began.
  bool IsStillNamed(const std::string& name) {
    const base::StatusOr<Manifest> now = LoadManifest();
    return !now.ok() || std::any_of(now->parts.begin(), now->parts.end(),
                                    [&](const PartEntry& entry) { return entry.name == name; });
  }

  void CheckPart(const PartEntry& entry) {
    StreamTable streams;
    const auto part = Part::Open(fs_, Folder(kPartsFolder), entry, &streams);
    if (absl::IsNotFound(part.status()) && !IsStillNamed(entry.name)) return;
    const bool columns = base::EndsWith(entry.name, kColumnsSuffix);
    VerifiedFile* file =
        Add(columns ? "columns" : "rows", base::JoinPath(Folder(kPartsFolder), entry.name));
    Find(file, part.status());
    if (part.ok()) PartVerifier(part->get(), file).Run();
    Done(*file);
  }

  void CheckLog() {
    const std::string dir = Folder(kWalFolder);
    std::optional<uint64_t> before;
    const std::optional<uint64_t> floor = FloorSegment();
    for (const std::string& name : NamesIn(kWalFolder)) {
      const std::optional<uint64_t> number = base::wal_format::ParseSegmentName(name);
      const std::string path = base::JoinPath(dir, name);
      if (!number) {
        if (base::EndsWith(name, ".broken")) AddSetAside(path);
        continue;
      }
      CheckSegment(path, *number);
      if (!before && floor && *number > *floor) {
        Find(Add("log", path), "the segment that the manifest goes on from is missing");
      }
      if (before && *number != *before + 1 &&
          fs_->Exists(base::JoinPath(dir, base::wal_format::SegmentName(*before)))) {
        Find(Add("log", path), "segments before it are missing, what they held is lost");
      }
      before = number;
    }
  }

  // The log's first segment that is not wholly in parts. Nothing where there is no manifest, or
  // where the owner has moved on since it was read.
  std::optional<uint64_t> FloorSegment() {
    const base::StatusOr<Manifest> now = LoadManifest();
    if (!now.ok() || now->checkpoint.floor != manifest_.checkpoint.floor) return std::nullopt;
    const uint64_t segment = now->checkpoint.floor.segment;
    return segment == 0 ? std::nullopt : std::optional(segment);
  }

  void CheckSegment(const std::string& path, uint64_t number) {
    const auto opened = fs_->OpenRead(path);
    if (absl::IsNotFound(opened.status())) return;  // dropped by its owner
    VerifiedFile* file = Add("log", path);
    Find(file, opened.status());
    if (opened.ok()) {
      base::WalSegmentCheck check = base::CheckWalSegment(**opened, number, kMaxRecordBytes);
      file->lines = check.records;
      for (std::string& finding : check.findings) Find(file, std::move(finding));
    }
    Done(*file);
  }

  void AddSetAside(const std::string& path) {
    Find(Add("other", path), "was set aside because it could not be read");
  }

  // A part that nobody names is being written by the store's owner, if there is one: a start
  // removes those that are left over.
  bool HasOwner() const {
    const std::string path = Folder(kLockFile);
    return fs_->Exists(path) && !fs_->Lock(path).ok();
  }

  // Files that nobody named, or that were set aside.
  void CheckNames() {
    const std::vector<std::string> names = NamesIn(kPartsFolder);
    const Manifest now = LoadManifest().value_or(manifest_);
    std::set<std::string> named;
    for (const Manifest* manifest : std::initializer_list<const Manifest*>{&manifest_, &now}) {
      for (const PartEntry& entry : manifest->parts) named.insert(entry.name);
    }
    for (const std::string& name : names) {
      if (named.contains(name)) continue;
      const std::optional<uint64_t> number = PartNumber(name);
      if (number && (*number >= now.next_part || HasOwner())) continue;
      Find(Add("other", base::JoinPath(Folder(kPartsFolder), name)),
           number ? "is not named in MANIFEST" : "is no file of the store");
    }
    for (const std::string& name : NamesIn(kQuarantineFolder)) {
      AddSetAside(base::JoinPath(Folder(kQuarantineFolder), name));
    }
  }

  const VerifyOptions& options_;
  base::FileSystem* const fs_;
  Manifest manifest_;
  VerifyReport report_;
  uint64_t done_ = 0;
  uint64_t all_ = 0;
};

}  // namespace

base::StatusOr<VerifyReport> VerifyStore(const VerifyOptions& options) {
  return StoreVerifier(options).Run();
}

}  // namespace vedette::logstore
