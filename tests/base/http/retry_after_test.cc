#include "base/http/retry_after.h"

#include <gtest/gtest.h>

namespace vedette::base::http {
namespace {

constexpr int64_t kNow = 1'445'412'480'000;  // Wed, 21 Oct 2015 07:28:00 GMT
constexpr int64_t kHour = 3'600'000;

TEST(RetryAfter, IsSecondsOrADate) {
  EXPECT_EQ(RetryAfterMs("", kNow, kHour), 0);
  EXPECT_EQ(RetryAfterMs("3", kNow, kHour), 3000);
  EXPECT_EQ(RetryAfterMs(" 120 ", kNow, kHour), 120'000);
  EXPECT_EQ(RetryAfterMs("-5", kNow, kHour), 0);
  EXPECT_EQ(RetryAfterMs("99999999999999", kNow, kHour), kHour);
  EXPECT_EQ(RetryAfterMs("Wed, 21 Oct 2015 07:28:10 GMT", kNow, kHour), 10'000);
  EXPECT_EQ(RetryAfterMs("Wed, 21 Oct 2015 07:27:10 GMT", kNow, kHour), 0);
  EXPECT_EQ(RetryAfterMs("Wed, 21 Oct 2099 07:27:10 GMT", kNow, kHour), kHour);
  EXPECT_EQ(RetryAfterMs("soon", kNow, kHour), 0);
}

TEST(HttpDate, AnyOtherTextIsNone) {
  EXPECT_EQ(ParseHttpDateMs("Wed, 21 Oct 2015 07:28:00 GMT"), kNow);
  for (const char* const text : {"", "0", "Wed, 21 Oct 2015 07:28:00", "2015-10-21T07:28:00Z",
                                 "Wed, 21 Oct 2015 07:28:00 GMT+1"}) {
    EXPECT_FALSE(ParseHttpDateMs(text)) << text;
  }
}

}  // namespace
}  // namespace vedette::base::http
