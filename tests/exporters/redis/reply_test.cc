// RESP from servers that mean no good.
#include "exporters/redis/reply.h"

#include <gtest/gtest.h>

namespace vedette::exporters::redis {
namespace {

// All replies of `bytes`, or the error.
base::StatusOr<std::vector<Reply>> ReadAll(std::string_view bytes, size_t step,
                                           ReplyLimits limits = {}) {
  ReplyReader reader(limits);
  std::vector<Reply> replies;
  for (size_t at = 0; at < bytes.size(); at += step) {
    VEDETTE_RETURN_IF_ERROR(reader.Feed(bytes.substr(at, step)));
    while (true) {
      VEDETTE_ASSIGN_OR_RETURN(std::optional<Reply> reply, reader.Next());
      if (!reply) break;
      replies.push_back(*std::move(reply));
    }
  }
  return replies;
}

TEST(ReplyReader, ReadsEveryKindHoweverItIsCut) {
  const std::string bytes =
      "+OK\r\n-ERR no\r\n:-42\r\n$5\r\nhe\r\nl\r\n$-1\r\n*-1\r\n*0\r\n"
      "*3\r\n:1\r\n*2\r\n$1\r\na\r\n$0\r\n\r\n+x\r\n";
  for (const size_t step : {1UL, 2UL, 3UL, 7UL, 1000UL}) {
    SCOPED_TRACE(step);
    const auto replies = ReadAll(bytes, step);
    ASSERT_TRUE(replies.ok()) << replies.status();
    ASSERT_EQ(replies->size(), 8U);
    EXPECT_EQ((*replies)[0].kind, Reply::Kind::kStatus);
    EXPECT_TRUE((*replies)[1].is_error());
    EXPECT_EQ((*replies)[1].text, "ERR no");
    EXPECT_EQ((*replies)[2].integer, -42);
    EXPECT_EQ((*replies)[3].text, "he\r\nl");
    EXPECT_EQ((*replies)[4].kind, Reply::Kind::kNil);
    EXPECT_TRUE((*replies)[6].is_array());
    const Reply& nested = (*replies)[7];
    ASSERT_EQ(nested.items.size(), 3U);
    EXPECT_EQ(nested.items[1].items[0].text, "a");
    EXPECT_EQ(nested.items[2].text, "x");
  }
}

TEST(ReplyReader, RefusesWhatIsDeclaredTooLargeBeforeItComes) {
  for (const char* bytes : {"$999999999999\r\n", "$99999999999999999999999999", "$67108865\r\nab",
                            "*2147483647\r\n", "*999999999999\r\n", "*2\r\n$999999999999\r\nx"}) {
    SCOPED_TRACE(bytes);
    const auto replies = ReadAll(bytes, 1);
    EXPECT_FALSE(replies.ok());
    EXPECT_FALSE(absl::IsUnavailable(replies.status())) << replies.status();
  }
}

TEST(ReplyReader, RefusesMoreNodesThanTheLimit) {
  ReplyLimits limits;
  limits.max_nodes = 100;
  std::string bytes = "*90\r\n";
  for (int i = 0; i < 90; ++i) bytes += "*1\r\n:1\r\n";
  EXPECT_TRUE(absl::IsResourceExhausted(ReadAll(bytes, 64, limits).status()));
}

TEST(ReplyReader, RefusesMoreBytesThanTheLimit) {
  ReplyLimits limits;
  limits.max_bytes = 1000;
  std::string bytes = "*50\r\n";
  for (int i = 0; i < 40; ++i) bytes += "$40\r\n" + std::string(40, 'x') + "\r\n";
  EXPECT_TRUE(absl::IsResourceExhausted(ReadAll(bytes, 100, limits).status()));
}

TEST(ReplyReader, BoundsNesting) {
  std::string bytes;
  for (int i = 0; i < 100000; ++i) bytes += "*1\r\n";
  EXPECT_TRUE(absl::IsDataLoss(ReadAll(bytes, 4096).status()));
}

TEST(ReplyReader, RefusesWhatIsNoResp) {
  for (const char* bytes : {"HTTP/1.1 400 Bad Request\r\n", "%2\r\n+a\r\n:1\r\n", "\r\n", "?\r\n",
                            "_\r\n", "$-2\r\n", "*-2\r\n", ":12x\r\n"}) {
    SCOPED_TRACE(bytes);
    EXPECT_FALSE(ReadAll(bytes, 100).ok());
  }
}

TEST(ReplyReader, IsReadyForTheNextReplyAfterALargeOne) {
  const std::string large = "$1000000\r\n" + std::string(1000000, 'x') + "\r\n";
  const auto replies = ReadAll(large + large + "+OK\r\n", 16384);
  ASSERT_TRUE(replies.ok());
  ASSERT_EQ(replies->size(), 3U);
  EXPECT_EQ((*replies)[1].text.size(), 1000000U);
}

}  // namespace
}  // namespace vedette::exporters::redis
