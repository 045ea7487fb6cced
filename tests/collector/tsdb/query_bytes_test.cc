#include <gtest/gtest.h>

#include <string>

#include "store_fixture.h"

namespace vedette::tsdb {
namespace {

class QueryBytesTest : public StoreTest {};

TEST_F(QueryBytesTest, OverItsMemoryAQueryIsRefusedByItsSelector) {
  options_.query_bytes = 2000;
  Open();
  for (int i = 0; i < 200; ++i) {
    Append({Row(SeriesNamed("large"), Now(), i), Row(SeriesNamed("small"), Now(), 1)});
    clock_.Advance(std::chrono::seconds(1));
    if (i == 20) {
      ASSERT_TRUE(store_->Flush().ok());
    }
  }
  const auto named = [](const char* name) {
    return std::vector<model::Matcher>{model::Matcher::Equal("__name__", name)};
  };
  EXPECT_TRUE(Read(*store_, named("small"), Now() - 10'000).ok());
  for (const bool flushed : {false, true}) {
    const auto refused = Read(*store_, named("large"));
    EXPECT_TRUE(absl::IsResourceExhausted(refused.status())) << flushed << refused.status();
    EXPECT_NE(base::Message(refused.status()).find("{__name__=\"large\"} needs "),
              std::string::npos)
        << refused.status();
    ASSERT_TRUE(store_->Flush().ok());
  }
}

}  // namespace
}  // namespace vedette::tsdb
