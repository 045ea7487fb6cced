#include "collector/tsdb/prometheus/wal_segment.h"

#include <algorithm>
#include <utility>

#include "base/codec/compress.h"
#include "base/codec/crc32c.h"
#include "base/strings.h"
#include "collector/tsdb/prometheus/byte_decoder.h"

namespace vedette::tsdb::prometheus {
namespace {

constexpr uint64_t kPageBytes = 32 << 10;
constexpr size_t kSegmentHeaderBytes = 7;
constexpr uint8_t kTypeMask = 0x07;
constexpr uint8_t kSnappy = 0x08;
constexpr uint8_t kZstd = 0x10;
constexpr uint64_t kMaxRecordBytes = 256 << 20;
constexpr size_t kSegmentMaxDamageLines = 100;

enum FragmentType : uint8_t { kRestEmpty = 0, kFull = 1, kFirst = 2, kMiddle = 3, kLast = 4 };

base::StatusOr<std::string> Unpack(uint8_t compression, std::string_view record) {
  if (compression == 0) return std::string(record);
  if (compression == kSnappy) return base::SnappyDecompress(record, kMaxRecordBytes);
  if (compression == kZstd) return base::ZstdDecompress(record, kMaxRecordBytes);
  return base::DataLoss("two compressions at once");
}

}  // namespace

void WalSegment::Damaged(uint64_t offset, std::string_view what) {
  in_record_ = false;
  if (damage_.size() < kSegmentMaxDamageLines) {
    damage_.emplace_back(base::Message(file_->Damage(offset, what)));
  }
}

base::Status WalSegment::ForEach(const RecordFn& visit) {
  damage_.clear();
  in_record_ = false;
  std::string page;
  for (uint64_t at = 0; at < file_->size(); at += kPageBytes) {
    VEDETTE_ASSIGN_OR_RETURN(const std::string_view bytes, file_->UpTo(at, kPageBytes));
    page.assign(bytes);  // `visit` may take long, but not read this file
    VEDETTE_RETURN_IF_ERROR(ReadPage(at, page, visit));
  }
  return {};
}

bool WalSegment::NextFragment(uint64_t offset, std::string_view rest, Fragment* fragment) {
  ByteDecoder in(rest);
  const uint8_t head = in.U8();
  const bool newest = offset + rest.size() >= file_->size();
  fragment->type = head & kTypeMask;
  if (!in.ok()) return false;
  if (fragment->type == kRestEmpty) {
    const bool zeros = std::all_of(rest.begin(), rest.end(), [](char c) { return c == 0; });
    if (!zeros) Damaged(offset, "bytes where the page should be empty");
    return false;
  }
  const size_t length = in.U16();
  const uint32_t crc = in.U32();
  fragment->data = in.Bytes(length);
  fragment->compression = head & static_cast<uint8_t>(kSnappy | kZstd);
  fragment->size = kSegmentHeaderBytes + length;
  if (!in.ok()) {
    if (!newest) Damaged(offset, "a record goes beyond its page");
    return false;  // at the end of the file it was being written
  }
  if (fragment->type > kLast || (head & ~(kTypeMask | kSnappy | kZstd)) != 0) {
    Damaged(offset, "unknown type of record fragment");
    return false;
  }
  if (base::Crc32c(fragment->data) == crc) return true;
  Damaged(offset, "record: checksum mismatch");
  return false;
}

base::Status WalSegment::ReadPage(uint64_t offset, std::string_view page, const RecordFn& visit) {
  size_t at = 0;
  Fragment fragment;
  while (at < page.size() && NextFragment(offset + at, page.substr(at), &fragment)) {
    VEDETTE_RETURN_IF_ERROR(Take(offset + at, fragment, visit));
    at += fragment.size;
  }
  return {};
}

base::Status WalSegment::Take(uint64_t offset, const Fragment& fragment, const RecordFn& visit) {
  const bool begins = fragment.type == kFull || fragment.type == kFirst;
  if (begins) {
    if (in_record_) Damaged(record_at_, "a record without its last fragment");
    record_.clear();
    record_at_ = offset;
    compression_ = fragment.compression;
    in_record_ = true;
  }
  if (!in_record_) return {};  // the pieces behind a damaged one
  if (record_.size() + fragment.data.size() > kMaxRecordBytes) {
    Damaged(record_at_, "record is larger than any is written");
    return {};
  }
  record_ += fragment.data;
  if (fragment.type == kFirst || fragment.type == kMiddle) return {};
  in_record_ = false;
  const base::StatusOr<std::string> record = Unpack(compression_, record_);
  if (!record.ok()) {
    Damaged(record_at_, base::Message(record.status()));
    return {};
  }
  return visit(record_at_, *record);
}

}  // namespace vedette::tsdb::prometheus
