#include "base/wal_check.h"

#include <string_view>

#include "base/strings.h"
#include "base/wal_format.h"
#include "base/wal_reader.h"

namespace vedette::base {
namespace {

Status Check(const RandomAccessFile& file, uint64_t number, uint64_t max_record_bytes,
             WalSegmentCheck* check) {
  std::string header(wal_format::kHeaderBytes, '\0');
  VEDETTE_ASSIGN_OR_RETURN(const size_t got, file.Read(0, header.size(), header.data()));
  header.resize(got);
  // A crash came before its header; the start since then left its name alone.
  if (got == 0) return {};
  const Status headed = wal_format::CheckHeader(header, number);
  if (!headed.ok()) check->findings.emplace_back(Message(headed));
  WalSegmentReader reader(&file, number, max_record_bytes);
  VEDETTE_RETURN_IF_ERROR(reader.Run([](uint64_t, uint8_t, std::string_view) { return Status(); }));
  const WalSegmentReader::Stats& stats = reader.stats();
  check->records = stats.records;
  if (stats.corrupt_frames > 0) {
    check->findings.push_back(
        Concat({std::to_string(stats.corrupt_frames), " frames do not verify"}));
  }
  return stats.unreadable_blocks > 0 ? stats.read_error : Status();
}

}  // namespace

WalSegmentCheck CheckWalSegment(const RandomAccessFile& file, uint64_t number,
                                uint64_t max_record_bytes) {
  WalSegmentCheck check;
  const Status status = Check(file, number, max_record_bytes, &check);
  if (!status.ok()) check.findings.emplace_back(Message(status));
  return check;
}

}  // namespace vedette::base
