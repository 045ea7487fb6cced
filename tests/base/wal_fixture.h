#ifndef VEDETTE_TESTS_BASE_WAL_FIXTURE_H_
#define VEDETTE_TESTS_BASE_WAL_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/telemetry.h"
#include "base/wal.h"
#include "base/wal_format.h"
#include "tests/support/capture_logger.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fault_fs.h"

namespace vedette::base {

using test::FaultFs;

struct Record {
  WalPosition position;
  uint8_t type;
  std::string payload;
};

// A log in a twin of the file system, opened and reopened.
class WalTest : public ::testing::Test {
 protected:
  Wal::Options OptionsFor(FileSystem* fs) {
    Wal::Options options;
    options.dir = "wal";
    options.name = "test";
    options.fs = fs;
    options.clock = &clock_;
    options.segment_bytes = segment_bytes_;
    options.max_record_bytes = 1 << 20;
    options.min_segment = min_segment_;
    options.log = &log_;
    options.telemetry = &telemetry_;
    return options;
  }

  StatusOr<std::unique_ptr<Wal>> TryOpen(FileSystem* fs) {
    replayed_.clear();
    return Wal::Open(OptionsFor(fs),
                     [this](WalPosition position, uint8_t type, std::string_view payload) {
                       replayed_.push_back({position, type, std::string(payload)});
                       return Status();
                     });
  }

  std::unique_ptr<Wal> Open() {
    auto wal = TryOpen(&fs_);
    EXPECT_TRUE(wal.ok()) << wal.status().ToString();
    return std::move(*wal);
  }

  std::vector<std::string> Payloads() const {
    std::vector<std::string> payloads;
    for (const Record& record : replayed_) payloads.push_back(record.payload);
    return payloads;
  }

  // The value of vedette_wal_NAME_total.
  double Counted(const std::string& name) const {
    for (const Telemetry::Family& family : telemetry_.Collect()) {
      if (family.name == "vedette_wal_" + name + "_total") return family.points.at(0).value;
    }
    return -1;
  }

  std::string Segment(uint64_t n) const { return "wal/" + wal_format::SegmentName(n); }

  SystemClock clock_;
  FaultFs fs_;
  test::CaptureLogger log_;
  Telemetry telemetry_;
  uint64_t segment_bytes_ = 1 << 20;
  uint64_t min_segment_ = 1;
  std::vector<Record> replayed_;
};

}  // namespace vedette::base

#endif  // VEDETTE_TESTS_BASE_WAL_FIXTURE_H_
