#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "store_fixture.h"

namespace vedette::tsdb {
namespace {

constexpr int kSeries = 1000;
constexpr int kScrapes = 120;  // half an hour of them, 15 s apart: what one flush takes

// A host's page: labels as long as the node exporter's; counters, still gauges, fractions.
std::vector<model::SampleRow> Page() {
  std::vector<model::SampleRow> rows(kSeries);
  for (int i = 0; i < kSeries; ++i) {
    rows[static_cast<size_t>(i)].labels = model::Labels::FromPairs(
        {{"__name__", "node_subsystem" + std::to_string(i % 90) + "_operations_total"},
         {"device", "nvme0n" + std::to_string(i / 90)},
         {"instance", "host-01.example.net:9100"},
         {"job", "node"}});
  }
  return rows;
}

void Fill(int scrape, int64_t now_ms, std::vector<model::SampleRow>* rows) {
  for (size_t i = 0; i < rows->size(); ++i) {
    model::SampleRow& row = (*rows)[i];
    row.timestamp_ms = now_ms;
    const double n = static_cast<double>(i);
    row.value = i % 10 < 6 ? 100 * n : i % 10 < 9 ? 1e6 * n + 37.0 * scrape : 0.013 * scrape * n;
  }
}

TEST_F(StoreTest, LogOfASteadyScrapeIsAFewBytesASample) {
  Open();
  std::vector<model::SampleRow> rows = Page();
  for (int scrape = 0; scrape < kScrapes; ++scrape) {
    Fill(scrape, Now(), &rows);
    ASSERT_TRUE(store_->Append(rows).ok());
    clock_.Advance(std::chrono::seconds(15));
  }
  const double bytes =
      static_cast<double>(store_->Stats().wal_bytes) / (double{kSeries} * kScrapes);
  RecordProperty("wal_bytes_a_sample", std::to_string(bytes));
  EXPECT_LT(bytes, 7.0);
}

}  // namespace
}  // namespace vedette::tsdb
