#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/status.h"
#include "base/wal.h"
#include "base/wal_format.h"
#include "tests/support/fault_fs.h"

// Any bytes as the newest segment of a log: opening it never fails, what was appended after is
// there at the next opening, and the second opening finds the same records as the first.

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using vedette::base::Wal;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  vedette::test::FaultFs fs;
  vedette::base::SystemClock clock;
  VEDETTE_CHECK(fs.CreateDirs("wal").ok());
  const std::string segment = vedette::base::wal_format::EncodeHeader(1);
  VEDETTE_CHECK(fs.WriteFileAtomic("wal/" + vedette::base::wal_format::SegmentName(1),
                                   segment.substr(0, size % 33) + std::string(input))
                    .ok());
  Wal::Options options;
  options.dir = "wal";
  options.fs = &fs;
  options.clock = &clock;
  options.max_record_bytes = 1 << 20;
  uint64_t records = 0;
  const auto count = [&](vedette::base::WalPosition, uint8_t, std::string_view) {
    ++records;
    return vedette::base::Status();
  };
  {
    auto wal = Wal::Open(options, count);
    VEDETTE_CHECK(wal.ok());
    VEDETTE_CHECK((*wal)->Append(1, input).ok());
  }
  const uint64_t first = records;
  records = 0;
  VEDETTE_CHECK(Wal::Open(options, count).ok());
  VEDETTE_CHECK(records == first + 1);
  return 0;
}
