#include "collector/tsdb/verify.h"

#include <algorithm>
#include <map>
#include <memory>
#include <numeric>
#include <set>
#include <utility>

#include "base/codec/bytes.h"
#include "base/strings.h"
#include "base/wal_check.h"
#include "base/wal_format.h"
#include "collector/tsdb/manifest.h"
#include "collector/tsdb/part.h"
#include "collector/tsdb/part_cursor.h"
#include "collector/tsdb/sample_merge.h"
#include "collector/tsdb/tombstone.h"

namespace vedette::tsdb {
namespace {

constexpr size_t kMaxFindings = 20;  // of one file
constexpr uint64_t kMaxRecordBytes = 64ull << 20;
// A store that flushes may drop segments of the log while we look for those that are missing.
constexpr int kAttempts = 5;

// Once, however many series meet the same damage.
void Find(VerifiedFile* file, std::string finding) {
  std::vector<std::string>& findings = file->findings;
  if (findings.size() >= kMaxFindings) return;
  if (std::find(findings.begin(), findings.end(), finding) != findings.end()) return;
  findings.push_back(std::move(finding));
}

void Find(VerifiedFile* file, const base::Status& status) {
  if (!status.ok()) Find(file, std::string(base::Message(status)));
}

std::string Differs(std::string_view what, uint64_t found, uint64_t said) {
  return base::Concat(
      {"has ", std::to_string(found), " ", what, ", it should be ", std::to_string(said)});
}

// A fingerprint of a set of series numbers that does not care for their order.
struct SeriesSet {
  uint64_t count = 0;
  uint64_t sum = 0;
  void Add(uint32_t number) {
    ++count;
    sum += base::Hash64({reinterpret_cast<const char*>(&number), sizeof(number)});
  }
  friend bool operator==(const SeriesSet&, const SeriesSet&) = default;
};

// Walks a part whole.
class PartVerifier {
 public:
  PartVerifier(std::shared_ptr<const Part> part, VerifiedFile* file)
      : part_(std::move(part)), file_(file) {}

  base::Status Run() {
    VEDETTE_RETURN_IF_ERROR(ReadSeries());
    if (!file_->findings.empty()) return {};  // the rest would only repeat it
    CheckTotals();
    return CheckPostings();
  }

 private:
  base::Status ReadSeries() {
    std::vector<uint32_t> all(part_->series());
    std::iota(all.begin(), all.end(), 0u);
    PartCursor cursor(part_, std::move(all), {}, INT64_MIN, INT64_MAX,
                      [this](const base::Status& damage) {
                        Find(file_, damage);
                        return base::Status();
                      });
    model::Labels last;
    while (true) {
      VEDETTE_ASSIGN_OR_RETURN(const bool more, cursor.Next());
      if (!more) return {};
      const model::Labels& labels = cursor.labels();
      if (number_ > 0 && !(last < labels)) {
        Find(file_, base::Concat({"series ", labels.ToString(), " is not in order"}));
      }
      last = labels;
      for (const model::LabelView& label : labels) {
        postings_[std::string(label.name)][std::string(label.value)].Add(number_);
      }
      VEDETTE_RETURN_IF_ERROR(ReadSamples(&cursor));
      ++number_;
    }
  }

  base::Status ReadSamples(PartCursor* cursor) {
    model::SeriesSamples samples;
    VEDETTE_RETURN_IF_ERROR(cursor->Read(&samples));
    const std::string name = cursor->labels().ToString();
    if (samples.timestamps_ms.size() != samples.values.size()) {
      Find(file_, name + ": times and values differ in number");
    }
    if (!IsSorted(samples)) Find(file_, name + ": times do not ascend");
    if (!samples.empty() &&
        (FirstMs(samples) < part_->min_ms() || LastMs(samples) > part_->max_ms())) {
      Find(file_, name + ": times beyond those that the footer gives");
    }
    samples_ += samples.size();
    return {};
  }

  void CheckTotals() {
    file_->series = number_;
    file_->samples = samples_;
    if (number_ != part_->series()) Find(file_, Differs("series", number_, part_->series()));
    if (samples_ != part_->samples()) Find(file_, Differs("samples", samples_, part_->samples()));
  }

  base::Status CheckPostings() {
    const std::vector<std::string> names = part_->LabelNames();
    if (names.size() != postings_.size()) {
      Find(file_, Differs("label names in the index", names.size(), postings_.size()));
    }
    for (const auto& [name, values] : postings_) {
      const auto indexed = part_->LabelValues(name);
      if (!indexed.ok()) {
        Find(file_, indexed.status());
        continue;
      }
      if ((*indexed)->size() != values.size()) {
        Find(file_,
             Differs("values of " + name + " in the index", (*indexed)->size(), values.size()));
      }
      VEDETTE_RETURN_IF_ERROR(CheckValues(name, values));
    }
    return {};
  }

  base::Status CheckValues(const std::string& name,
                           const std::map<std::string, SeriesSet>& values) {
    for (const auto& [value, expected] : values) {
      const auto matched = part_->Match({model::Matcher::Equal(name, value)});
      if (!matched.ok()) {
        if (!absl::IsDataLoss(matched.status())) return matched.status();
        Find(file_, matched.status());
        return {};  // one damaged page is met by many values
      }
      SeriesSet found;
      for (const uint32_t number : **matched) found.Add(number);
      if (!(found == expected)) {
        Find(file_, base::Concat({"index of ", name, "=", base::GoQuote(value), ": ",
                                  Differs("series", found.count, expected.count)}));
      }
    }
    return {};
  }

  const std::shared_ptr<const Part> part_;
  VerifiedFile* const file_;
  uint32_t number_ = 0;
  uint64_t samples_ = 0;
  std::map<std::string, std::map<std::string, SeriesSet>> postings_;
};

class StoreVerifier {
 public:
  explicit StoreVerifier(const VerifyOptions& options) : options_(options), fs_(options.fs) {}

  base::StatusOr<VerifyReport> Run() {
    VEDETTE_RETURN_IF_ERROR(ReadManifest());
    VEDETTE_RETURN_IF_ERROR(Measure());
    for (const PartMeta& meta : manifest_.parts) VEDETTE_RETURN_IF_ERROR(CheckPart(meta));
    for (const uint64_t id : manifest_.tombstones) CheckTombstone(id);
    CheckLog();
    CheckGaps();
    CheckNames("parts");
    CheckNames("tombstones");
    CheckSetAside();
    for (const VerifiedFile& file : report_.files) report_.findings += file.findings.size();
    return std::move(report_);
  }

 private:
  std::string PathOf(std::string_view folder, const std::string& name) const {
    return base::JoinPath(base::JoinPath(options_.dir, folder), name);
  }

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
    VEDETTE_ASSIGN_OR_RETURN(const std::string bytes,
                             fs_->ReadFile(base::JoinPath(options_.dir, "MANIFEST")));
    return DecodeManifest(bytes);
  }

  base::Status ReadManifest() {
    const std::string path = base::JoinPath(options_.dir, "MANIFEST");
    base::StatusOr<Manifest> manifest = LoadManifest();
    if (absl::IsNotFound(manifest.status()) || absl::IsInvalidArgument(manifest.status())) {
      return base::Annotate(manifest.status(), options_.dir + ": no metrics store");
    }
    VerifiedFile* file = Add("manifest", path);
    Find(file, manifest.status());
    if (manifest.ok()) manifest_ = *std::move(manifest);
    return {};
  }

  base::Status Measure() {
    for (const PartMeta& meta : manifest_.parts) all_ += meta.bytes;
    const auto names = fs_->List(base::JoinPath(options_.dir, "wal"));
    if (!names.ok()) return {};
    for (const std::string& name : *names) {
      const auto info = fs_->Stat(PathOf("wal", name));
      if (info.ok()) all_ += info->size;
    }
    return {};
  }

  // Whether a part that is not there was taken out by the store's owner since we began.
  bool IsStillNamed(uint64_t id) {
    const base::StatusOr<Manifest> now = LoadManifest();
    return !now.ok() || std::any_of(now->parts.begin(), now->parts.end(),
                                    [id](const PartMeta& meta) { return meta.id == id; });
  }

  base::Status CheckPart(const PartMeta& meta) {
    const std::string path = PathOf("parts", PartFileName(meta.id));
    const auto part = Part::Open(fs_, path);
    if (absl::IsNotFound(part.status()) && !IsStillNamed(meta.id)) return {};
    VerifiedFile* file = Add("part", path);
    Find(file, part.status());
    if (part.ok()) {
      if ((*part)->samples() != meta.samples) {
        Find(file, Differs("samples", (*part)->samples(), meta.samples));
      }
      if ((*part)->bytes() != meta.bytes) {
        Find(file, Differs("bytes", (*part)->bytes(), meta.bytes));
      }
      if ((*part)->min_ms() != meta.min_ms || (*part)->max_ms() != meta.max_ms) {
        Find(file, "its times are not those of the manifest");
      }
      VEDETTE_RETURN_IF_ERROR(PartVerifier(*part, file).Run());
    }
    Done(*file);
    return {};
  }

  void CheckTombstone(uint64_t id) {
    VerifiedFile* file = Add("tombstone", PathOf("tombstones", TombstoneFileName(id)));
    const base::StatusOr<std::string> bytes = fs_->ReadFile(file->path);
    Find(file, bytes.status());
    if (!bytes.ok()) return;
    const base::StatusOr<Tombstone> tombstone = DecodeTombstone(*bytes);
    Find(file, tombstone.status());
    if (tombstone.ok() && tombstone->id != id) Find(file, Differs("for its ID", tombstone->id, id));
    Done(*file);
  }

  // What cannot be listed is a finding.
  std::vector<std::string> NamesIn(std::string_view folder) {
    const std::string dir = base::JoinPath(options_.dir, folder);
    base::StatusOr<std::vector<std::string>> names = fs_->List(dir);
    if (names.ok()) return *std::move(names);
    if (!absl::IsNotFound(names.status())) Find(Add("other", dir), names.status());
    return {};
  }

  void CheckLog() {
    for (const std::string& name : NamesIn("wal")) {
      const std::optional<uint64_t> number = base::wal_format::ParseSegmentName(name);
      if (base::EndsWith(name, ".broken")) AddSetAside(PathOf("wal", name));
      if (number) CheckSegment(PathOf("wal", name), *number);
    }
  }

  void CheckSegment(const std::string& path, uint64_t number) {
    const auto opened = fs_->OpenRead(path);
    if (absl::IsNotFound(opened.status())) return;  // dropped by its owner
    VerifiedFile* file = Add("log", path);
    Find(file, opened.status());
    if (opened.ok()) {
      base::WalSegmentCheck check = base::CheckWalSegment(**opened, number, kMaxRecordBytes);
      file->samples = check.records;
      for (std::string& finding : check.findings) Find(file, std::move(finding));
    }
    Done(*file);
  }

  // Segments are numbered one after the other; those below the manifest's `log from` may be gone.
  void CheckGaps() {
    for (int attempt = 1; attempt <= kAttempts; ++attempt) {
      const base::StatusOr<Manifest> before = LoadManifest();
      const std::set<uint64_t> found = SegmentsFound();
      const base::StatusOr<Manifest> after = LoadManifest();
      if (before.ok() && after.ok() && before->log_from != after->log_from) continue;
      return FindGaps(found, before.ok() ? before->log_from : 0);
    }
  }

  // Those that were set aside among them.
  std::set<uint64_t> SegmentsFound() {
    std::set<uint64_t> numbers;
    const auto names = fs_->List(base::JoinPath(options_.dir, "wal"));
    if (!names.ok()) return numbers;
    for (const std::string& name : *names) {
      const auto number = base::wal_format::ParseSegmentName(
          std::string_view(name).substr(0, name.find('.', name.find('.') + 1)));
      if (number) numbers.insert(*number);
    }
    return numbers;
  }

  // `log_from` 0: it is not known where the log began.
  void FindGaps(const std::set<uint64_t>& found, uint64_t log_from) {
    uint64_t next = log_from;
    if (next == 0) next = found.empty() ? 0 : *found.begin();
    for (auto at = found.lower_bound(next); at != found.end(); ++at) {
      if (*at != next) FindGap(next, *at - 1);
      next = *at + 1;
    }
    // The segment that a flush began is there, empty or not.
    if (next == log_from && log_from > 1) FindGap(log_from, log_from);
  }

  void FindGap(uint64_t first, uint64_t last) {
    const auto path = [this](uint64_t n) {
      return PathOf("wal", base::wal_format::SegmentName(n));
    };
    Find(Add("log", path(first)), first == last
                                      ? "is missing, what it held is lost"
                                      : base::Concat({"is missing, and all up to ", path(last),
                                                      ": what they held is lost"}));
  }

  void AddSetAside(const std::string& path) {
    Find(Add("other", path), "was set aside because it could not be read");
  }

  // Beside the folders that are looked at by themselves.
  void CheckSetAside() {
    const auto names = fs_->List(options_.dir);
    if (!names.ok()) return;
    for (const std::string& name : *names) {
      if (base::EndsWith(name, ".broken")) AddSetAside(base::JoinPath(options_.dir, name));
    }
  }

  // Files that nobody named, or that were set aside.
  void CheckNames(std::string_view folder) {
    const std::vector<std::string> names = NamesIn(folder);
    const base::StatusOr<Manifest> now = LoadManifest();
    for (const std::string& name : names) {
      const std::string path = PathOf(folder, name);
      uint64_t id = 0;
      if (base::EndsWith(name, ".broken")) {
        AddSetAside(path);
      } else if (!ParsePartFileName(name, &id) && !ParseTombstoneFileName(name, &id)) {
        Find(Add("other", path), "is no file of the store");
      } else if (now.ok() && id < now->next_part && !Names(*now, id)) {
        // A newer number is being written by the store's owner.
        Find(Add("other", path), "is not named in MANIFEST");
      }
    }
  }

  static bool Names(const Manifest& manifest, uint64_t id) {
    return std::any_of(manifest.parts.begin(), manifest.parts.end(),
                       [id](const PartMeta& meta) { return meta.id == id; }) ||
           std::find(manifest.tombstones.begin(), manifest.tombstones.end(), id) !=
               manifest.tombstones.end();
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

}  // namespace vedette::tsdb
