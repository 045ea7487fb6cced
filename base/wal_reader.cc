#include "base/wal_reader.h"

#include <algorithm>

namespace vedette::base {
namespace {

using wal_format::DecodeFrame;
using wal_format::Frame;
using wal_format::kBlockBytes;
using wal_format::kFrameHeaderBytes;
using wal_format::kHeaderBytes;
using wal_format::Kind;

// The next place at or after `at` of `block` where a frame verifies, or npos.
size_t FindFrame(std::string_view block, size_t at, uint64_t number, uint64_t block_offset) {
  for (; at + kFrameHeaderBytes <= block.size(); ++at) {
    if (DecodeFrame(block.substr(at), number, block_offset + at)) return at;
  }
  return std::string_view::npos;
}

bool AllZero(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == 0; });
}

}  // namespace

Status WalSegmentReader::Run(const RecordFn& record) {
  stats_.good_end = stats_.verified_end = kHeaderBytes;
  const uint64_t size = file_->Size();
  std::string block(kBlockBytes, '\0');
  for (uint64_t offset = 0; offset < size; offset += kBlockBytes) {
    const StatusOr<size_t> n = file_->Read(offset, kBlockBytes, block.data());
    if (n.ok()) {
      VEDETTE_RETURN_IF_ERROR(ReadBlock(offset, std::string_view(block).substr(0, *n), record));
    } else {
      ++stats_.unreadable_blocks;
      stats_.read_error = n.status();
      MarkBad();
    }
  }
  stats_.torn = pending_corrupt_ > 0 || partial_type_ != 0;
  return Status();
}

Status WalSegmentReader::ReadOn(uint64_t end, const RecordFn& record) {
  std::string block(kBlockBytes, '\0');
  while (next_ < end) {
    const uint64_t offset = next_;
    const uint64_t to = std::min(end, offset - offset % kBlockBytes + kBlockBytes);
    reading_to_ = to;
    VEDETTE_ASSIGN_OR_RETURN(const size_t n, file_->Read(offset, to - offset, block.data()));
    if (n < to - offset) return Unavailable("the log is shorter than what was written to it");
    next_ = to;
    VEDETTE_RETURN_IF_ERROR(ReadBlock(offset, std::string_view(block).substr(0, n), record));
  }
  return Status();
}

// Counted as a bad place, like any other.
void WalSegmentReader::SkipUnread() {
  next_ = reading_to_;
  MarkBad();
}

Status WalSegmentReader::ReadBlock(uint64_t offset, std::string_view block,
                                   const RecordFn& record) {
  size_t at = offset < kHeaderBytes ? std::min<size_t>(kHeaderBytes - offset, block.size()) : 0;
  while (block.size() - at >= kFrameHeaderBytes) {
    auto frame = DecodeFrame(block.substr(at), number_, offset + at);
    if (!frame) {
      MarkBad();
      at = FindFrame(block, at + 1, number_, offset);
      if (at == std::string_view::npos) return Status();
      frame = DecodeFrame(block.substr(at), number_, offset + at);
    }
    at += frame->size();
    VEDETTE_RETURN_IF_ERROR(TakeFrame(*frame, offset + at, record));
  }
  // What is too short for a frame is padding in a full block and a cut frame in the last.
  const bool padding = (offset + block.size()) % kBlockBytes == 0 && AllZero(block.substr(at));
  if (at < block.size() && !padding) MarkBad();
  return Status();
}

Status WalSegmentReader::TakeFrame(const Frame& frame, uint64_t end, const RecordFn& record) {
  ++stats_.frames;
  stats_.verified_end = end;
  stats_.corrupt_frames += pending_corrupt_;
  pending_corrupt_ = 0;
  const bool starts = frame.kind == Kind::kWhole || frame.kind == Kind::kFirst;
  if (starts) {
    DropPartial();
    partial_type_ = frame.type;
  } else if (partial_type_ != frame.type) {
    partial_type_ = 0;  // a piece whose first was lost: counted where that was
    partial_.clear();
    stats_.good_end = end;
    return Status();
  }
  if (partial_.size() + frame.payload.size() > max_record_bytes_) {
    ++stats_.corrupt_frames;
    partial_type_ = 0;
    partial_.clear();
    return Status();
  }
  partial_.append(frame.payload);
  if (frame.kind != Kind::kWhole && frame.kind != Kind::kLast) return Status();
  ++stats_.records;
  stats_.good_end = end;
  const Status status = record(end, partial_type_, partial_);
  partial_type_ = 0;
  partial_.clear();
  return status;
}

// A first piece without its last, yet followed by another record.
void WalSegmentReader::DropPartial() {
  if (partial_type_ != 0) ++stats_.corrupt_frames;
  partial_.clear();
}

void WalSegmentReader::MarkBad() {
  ++pending_corrupt_;
  partial_type_ = 0;
  partial_.clear();
}

}  // namespace vedette::base
