#include "app/written_metadata.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "model/remote_write.h"
#include "tests/support/fake_clock.h"

// What senders say of metric families is kept, within bounds.

namespace vedette::app {
namespace {

using model::Metadata;
using Families = std::vector<std::pair<std::string, Metadata>>;

class WrittenMetadataTest : public testing::Test {
 protected:
  static model::WireSeries Series(const std::string& name, const Metadata& metadata,
                                  const std::string& instance = "1") {
    model::WireSeries series;
    series.labels = model::Labels{{"__name__", name}, {"instance", instance}};
    series.samples = {{1000, 1}};
    series.metadata = metadata;
    return series;
  }
  void Note(WrittenMetadata* to, const std::vector<model::WireSeries>& series, bool v2) {
    const std::string bytes =
        v2 ? model::EncodeRemoteWriteV2(series) : model::EncodeRemoteWriteV1(series);
    const auto batch = v2 ? model::WireBatch::ParseV2(bytes) : model::WireBatch::ParseV1(bytes);
    ASSERT_TRUE(batch.ok()) << batch.status();
    to->Note(*batch);
  }

  test::FakeClock clock_;
};

TEST_F(WrittenMetadataTest, BothVersionsSayTypeHelpAndUnit) {
  const Metadata counter{"counter", "How many.", ""};
  const Metadata gauge{"gauge", "How warm.", "celsius"};
  for (const bool v2 : {false, true}) {
    WrittenMetadata written(&clock_);
    Note(&written, {Series("b", gauge), Series("a", counter), Series("a", counter, "2")}, v2);
    EXPECT_EQ(written.Snapshot(), (Families{{"a", counter}, {"b", gauge}})) << v2;
    Note(&written, {Series("a", gauge), Series("c", {})}, v2);
    EXPECT_EQ(written.Snapshot(), (Families{{"a", gauge}, {"b", gauge}})) << "the newest word";
  }
}

// As Prometheus sends it with 1.0.
TEST_F(WrittenMetadataTest, RequestsWithoutSamplesSayItToo) {
  WrittenMetadata written(&clock_);
  model::WireSeries series = Series("a", {"counter", "How many.", ""});
  series.samples.clear();
  Note(&written, {series}, false);
  EXPECT_EQ(written.Snapshot(), (Families{{"a", series.metadata}}));
}

TEST_F(WrittenMetadataTest, WhatNobodySaysIsForgottenAfterAnHour) {
  WrittenMetadata written(&clock_);
  const Metadata gauge{"gauge", "x", ""};
  Note(&written, {Series("a", gauge), Series("b", gauge)}, false);
  clock_.Advance(std::chrono::minutes(50));
  Note(&written, {Series("a", gauge)}, false);
  clock_.Advance(std::chrono::minutes(11));
  Note(&written, {Series("a", gauge)}, false);
  EXPECT_EQ(written.Snapshot(), (Families{{"a", gauge}}));
}

TEST_F(WrittenMetadataTest, FamiliesAndBytesAreBounded) {
  const auto kept = [this](const WrittenMetadata::Limits& limits, size_t help_bytes) {
    WrittenMetadata written(&clock_, limits);
    for (int i = 0; i < 100; ++i) {
      const Metadata gauge{"gauge", std::string(help_bytes, 'x'), ""};
      Note(&written, {Series("family_" + std::to_string(i), gauge)}, true);
    }
    return written.Snapshot().size();
  };
  EXPECT_EQ(kept({}, 10), 100u);
  EXPECT_EQ(kept({.max_families = 7}, 10), 7u);
  EXPECT_EQ(kept({}, 5000), 0u);
  const size_t some = kept({.max_bytes = 20'000}, 1000);
  EXPECT_GT(some, 10u);
  EXPECT_LT(some, 20u);
}

TEST_F(WrittenMetadataTest, TextThatIsNoUtf8IsRepaired) {
  WrittenMetadata written(&clock_);
  for (int i = 0; i < 3; ++i) Note(&written, {Series("a", {"gauge", "x\xff", ""})}, false);
  EXPECT_EQ(written.Snapshot(), (Families{{"a", {"gauge", "x\xef\xbf\xbd", ""}}}));
}

}  // namespace
}  // namespace vedette::app
