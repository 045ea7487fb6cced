#include "base/wal_replay.h"

#include <algorithm>
#include <memory>

#include "base/strings.h"
#include "base/wal_format.h"

namespace vedette::base {
namespace {

using wal_format::kBlockBytes;
using wal_format::kBrokenSuffix;
using wal_format::kHeaderBytes;

// What cannot be read is not zero.
bool ZeroFrom(const RandomAccessFile& file, uint64_t offset) {
  std::string block(kBlockBytes, '\0');
  for (;; offset += block.size()) {
    const StatusOr<size_t> n = file.Read(offset, block.size(), block.data());
    if (!n.ok()) return false;
    const auto end = block.begin() + static_cast<std::ptrdiff_t>(*n);
    if (!std::all_of(block.begin(), end, [](char c) { return c == 0; })) return false;
    if (*n < block.size()) return true;
  }
}

Status ReadHeader(const RandomAccessFile& file, uint64_t number) {
  std::string header(kHeaderBytes, '\0');
  VEDETTE_ASSIGN_OR_RETURN(const size_t n, file.Read(0, header.size(), header.data()));
  header.resize(n);
  return wal_format::CheckHeader(header, number);
}

// A crash leaves a frame cut short, or zeros where nothing was written yet. Anything else behind
// the last good frame was written and is damaged.
bool TornByACrash(const RandomAccessFile& file, const WalSegmentReader::Stats& read) {
  return read.unreadable_blocks == 0 &&
         (file.Size() - read.verified_end < kBlockBytes || ZeroFrom(file, read.verified_end));
}

}  // namespace

std::string WalReplay::PathOf(uint64_t number) const {
  return JoinPath(options_.dir, wal_format::SegmentName(number));
}

Status WalReplay::Run(const Wal::ReplayFn& replay) {
  VEDETTE_RETURN_IF_ERROR(FindSegments());
  // Before anything is read or changed: a log of a newer version is not to be taken apart.
  for (const uint64_t number : numbers_) VEDETTE_RETURN_IF_ERROR(CheckVersion(number));
  ReportGaps();
  for (const uint64_t number : numbers_) {
    const Status status = ReadSegment(number, replay);
    VEDETTE_RETURN_IF_ERROR(Annotate(status, Concat({"replay ", PathOf(number)})));
  }
  return Status();
}

StatusOr<Wal::Extent> WalReplay::Look() {
  Wal::Extent extent;
  if (!options_.fs->Exists(options_.dir)) return extent;
  VEDETTE_RETURN_IF_ERROR(FindSegments());
  for (const uint64_t number : numbers_) {
    VEDETTE_RETURN_IF_ERROR(CheckVersion(number));
    VEDETTE_ASSIGN_OR_RETURN(const FileInfo info, options_.fs->Stat(PathOf(number)));
    ++extent.segments;
    extent.bytes += info.size;
  }
  return extent;
}

Status WalReplay::FindSegments() {
  VEDETTE_ASSIGN_OR_RETURN(const std::vector<std::string> names, options_.fs->List(options_.dir));
  for (const std::string& name : names) {
    std::string_view plain = name;
    const bool broken = EndsWith(plain, kBrokenSuffix);
    if (broken) plain.remove_suffix(kBrokenSuffix.size());
    const auto number = wal_format::ParseSegmentName(plain);
    if (!number) continue;
    known_.push_back(*number);
    if (!broken) numbers_.push_back(*number);
  }
  std::sort(numbers_.begin(), numbers_.end());
  std::sort(known_.begin(), known_.end());
  // Numbers are never used again, not even those of broken segments.
  next_number_ = std::max(options_.min_segment, known_.empty() ? 1 : known_.back() + 1);
  return Status();
}

// Below the first segment that is needed nothing is missed: the log was done with it.
void WalReplay::ReportGaps() {
  const bool known_start = options_.min_segment > 1;
  if (numbers_.empty()) {
    if (known_start) ReportMissing(options_.min_segment, options_.min_segment);
    return;
  }
  uint64_t expected = known_start ? options_.min_segment : numbers_.front();
  for (const uint64_t number : known_) {
    if (number < expected) continue;
    if (number > expected) ReportMissing(expected, number - 1);
    expected = number + 1;
  }
}

void WalReplay::ReportMissing(uint64_t first, uint64_t last) {
  const uint64_t missing = last - first + 1;
  stats_.missing_segments += missing;
  report_.missing_segments->Add(missing);
  report_.Error("segments are missing, what they held is lost",
                {{"first", PathOf(first)}, {"last", PathOf(last)}, {"segments", missing}});
}

Status WalReplay::CheckVersion(uint64_t number) {
  VEDETTE_ASSIGN_OR_RETURN(const auto file, options_.fs->OpenRead(PathOf(number)));
  const Status header = ReadHeader(*file, number);
  return absl::IsInvalidArgument(header) ? Annotate(header, PathOf(number)) : Status();
}

Status WalReplay::ReadSegment(uint64_t number, const Wal::ReplayFn& replay) {
  VEDETTE_ASSIGN_OR_RETURN(const auto file, options_.fs->OpenRead(PathOf(number)));
  const Status header = ReadHeader(*file, number);
  WalSegmentReader reader(file.get(), number, options_.max_record_bytes);
  VEDETTE_RETURN_IF_ERROR(reader.Run([&](uint64_t end, uint8_t type, std::string_view payload) {
    return replay(WalPosition{number, end}, type, payload);
  }));
  const WalSegmentReader::Stats& read = reader.stats();
  if (!header.ok() && read.frames == 0) return TakeEmpty(number, *file, header);
  ++stats_.segments;
  stats_.records += read.records;
  WalSegment segment{file->Size(), false};
  ReportDamage(number, header, read, &segment);
  if (read.torn) VEDETTE_RETURN_IF_ERROR(SettleTail(number, *file, read, &segment));
  stats_.bytes += segment.bytes;
  segments_[number] = segment;
  return Status();
}

Status WalReplay::TakeEmpty(uint64_t number, const RandomAccessFile& file, const Status& header) {
  const uint64_t size = file.Size();
  const bool unfinished = size < kHeaderBytes || (Newest(number) && ZeroFrom(file, 0));
  if (!unfinished) return SetAside(number, size, header);
  // A crash while it was made: nothing of it was ever acknowledged. Its name stays, so that its
  // number is not missed, until it is dropped like any other.
  ++stats_.segments;
  segments_[number] = WalSegment{};
  if (size == 0) return Status();
  stats_.torn_bytes += size;
  report_.torn_bytes->Add(size);
  report_.Warn("a segment that a crash left unfinished is emptied",
               {{"segment", PathOf(number)}, {"bytes", size}});
  return options_.fs->Truncate(PathOf(number), 0);
}

Status WalReplay::SetAside(uint64_t number, uint64_t size, const Status& why) {
  ++stats_.quarantined_segments;
  report_.quarantined->Add();
  const std::string kept_as = Concat({PathOf(number), kBrokenSuffix});
  report_.Error("nothing of a segment can be read, it is kept aside", {{"segment", PathOf(number)},
                                                                       {"bytes", size},
                                                                       {"reason", Message(why)},
                                                                       {"kept_as", kept_as}});
  return options_.fs->Rename(PathOf(number), kept_as);
}

void WalReplay::ReportDamage(uint64_t number, const Status& header,
                             const WalSegmentReader::Stats& read, WalSegment* segment) {
  if (!header.ok()) {
    ++stats_.bad_headers;
    report_.bad_headers->Add();
    report_.Error("a segment's header is damaged, its frames are read all the same",
                  {{"segment", PathOf(number)},
                   {"reason", Message(header)},
                   {"records", read.records},
                   {"bytes", segment->bytes}});
  }
  if (read.unreadable_blocks > 0) {
    report_.Error("the disk does not give all of a segment",
                  {{"segment", PathOf(number)},
                   {"blocks", read.unreadable_blocks},
                   {"reason", Message(read.read_error)}});
  }
  if (read.corrupt_frames > 0) {
    stats_.corrupt_frames += read.corrupt_frames;
    report_.corrupt_frames->Add(read.corrupt_frames);
    report_.Error("damaged records of a segment are skipped", {{"segment", PathOf(number)},
                                                               {"places", read.corrupt_frames},
                                                               {"records_read", read.records}});
  }
  segment->damaged = !header.ok() || read.unreadable_blocks > 0 || read.corrupt_frames > 0;
}

Status WalReplay::SettleTail(uint64_t number, const RandomAccessFile& file,
                             const WalSegmentReader::Stats& read, WalSegment* segment) {
  const uint64_t tail = segment->bytes - read.good_end;
  const bool torn = TornByACrash(file, read);
  if (Newest(number) && torn && !segment->damaged) {
    stats_.torn_bytes += tail;
    report_.torn_bytes->Add(tail);
    report_.Warn("a torn tail is cut", {{"segment", PathOf(number)}, {"bytes", tail}});
    segment->bytes = read.good_end;
    return options_.fs->Truncate(PathOf(number), read.good_end);
  }
  ++stats_.corrupt_frames;
  report_.corrupt_frames->Add();
  report_.Error("the end of a segment cannot be read",
                {{"segment", PathOf(number)}, {"from", read.good_end}, {"bytes", tail}});
  if (!torn) segment->damaged = true;
  return Status();
}

}  // namespace vedette::base
