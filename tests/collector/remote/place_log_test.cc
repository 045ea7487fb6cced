#include "collector/remote/place_log.h"

#include <gtest/gtest.h>

#include "base/wal_reader.h"
#include "collector/remote/batch.h"
#include "collector/remote/delivery.h"
#include "tests/support/capture_logger.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fault_fs.h"

namespace vedette::remote {
namespace {

constexpr base::WalPosition kFar{1000, 0};

class PlaceLogTest : public testing::Test {
 protected:
  void Open(base::WalPosition run_begin = kFar) {
    log_.reset();
    PlaceLog::Options options;
    options.dir = "data/remote_write";
    options.fs = &fs_;
    options.clock = &clock_;
    options.log = &logger_;
    options.telemetry = &telemetry_;
    auto log = PlaceLog::Open(options, run_begin);
    ASSERT_TRUE(log.ok()) << log.status();
    log_ = *std::move(log);
  }

  test::FaultFs fs_;
  test::FakeClock clock_;
  test::CaptureLogger logger_;
  base::Telemetry telemetry_;
  std::unique_ptr<PlaceLog> log_;
};

TEST_F(PlaceLogTest, WhatWasSaidLastIsThereAgain) {
  Open();
  EXPECT_EQ(log_->Get("a"), std::nullopt);
  for (uint64_t i = 1; i <= 10; ++i) {
    log_->Set("a", {{{1, i}, 3}, Behind({2, i})}, i);
    log_->Set("b", {{{3, i}, i}}, 9);
  }
  Open();
  EXPECT_EQ(log_->Get("a"), (Places{{{1, 10}, 3}, Behind({2, 10})}));
  EXPECT_EQ(log_->Get("b"), (Places{{{3, 10}, 10}}));
  EXPECT_EQ(log_->ShapingOf("a"), 10u);
  EXPECT_EQ(log_->ShapingOf("b"), 9u);
  log_->KeepOnly({"b"});
  Open();
  EXPECT_EQ(log_->Get("a"), std::nullopt);
  EXPECT_EQ(log_->Get("b"), (Places{{{3, 10}, 10}}));
}

TEST_F(PlaceLogTest, APlaceThatAPowerCutTookIsTakenBack) {
  Open();
  log_->Set("a", {{{7, 5000}, kAllItems}, {{6, 1}, kAllItems}}, 1);
  Open({7, 0});
  EXPECT_EQ(log_->Get("a"), (Places{{{7, 0}, 0}, {{6, 1}, kAllItems}}));
}

TEST_F(PlaceLogTest, StaysSmall) {
  Open();
  for (uint64_t i = 1; i <= 100'000; ++i)
    log_->Set("queue", {{{1, i}, 3}, Behind({2, i})}, UINT64_MAX);
  uint64_t bytes = 0;
  const auto names = fs_.List("data/remote_write");
  ASSERT_TRUE(names.ok());
  for (const std::string& name : *names) bytes += fs_.Stat("data/remote_write/" + name)->size;
  EXPECT_LT(bytes, 3u << 20);
  Open();
  EXPECT_EQ(log_->Get("queue"), (Places{{{1, 100'000}, 3}, Behind({2, 100'000})}));
}

// FORMAT.md
TEST_F(PlaceLogTest, TheBytesAreThoseOfTheFormat) {
  Open();
  log_->Set("ab", {{{5, 300}, 1}, Behind({6, 7})}, 3);
  log_.reset();
  std::string last;
  const auto names = fs_.List("data/remote_write");
  for (const std::string& name : *names) {
    const auto number = base::wal_format::ParseSegmentName(name);
    if (!number) continue;
    const auto file = fs_.OpenRead("data/remote_write/" + name);
    base::WalSegmentReader reader(file->get(), *number, 1 << 20);
    ASSERT_TRUE(reader
                    .Run([&](uint64_t, uint8_t type, std::string_view payload) {
                      EXPECT_EQ(type, 1);
                      last = std::string(payload);
                      return base::Status();
                    })
                    .ok());
  }
  EXPECT_EQ(last, std::string("\2ab\2\5\xac\2\2\6\7\0\3", 12));
}

TEST(Batch, WhatIsTooOldIsTakenOutOfTheBody) {
  Batch batch;
  batch.body = "aabbbcdd";
  batch.items = {{2, 10, ItemKind::kSample},
                 {5, 20, ItemKind::kHistogram},
                 {6, 11, ItemKind::kExemplar},
                 {8, 30, ItemKind::kSample}};
  batch.counts = {2, 1, 1, 0};
  batch.oldest_ms = 10;
  EXPECT_EQ(DropOlderThan(10, &batch).all(), 0u);
  const Counts dropped = DropOlderThan(12, &batch);
  EXPECT_EQ(dropped.samples, 1u);
  EXPECT_EQ(dropped.exemplars, 1u);
  EXPECT_EQ(batch.body, "bbbdd");
  EXPECT_EQ(batch.counts.all(), 2u);
  EXPECT_EQ(DropOlderThan(25, &batch).histograms, 1u);
  EXPECT_EQ(batch.body, "dd");
  DropOlderThan(31, &batch);
  EXPECT_TRUE(batch.empty());
  EXPECT_EQ(batch.body, "");
}

}  // namespace
}  // namespace vedette::remote
