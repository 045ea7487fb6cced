#include "model/announcement.h"

#include <gtest/gtest.h>

#include <string>

#include "base/strings.h"

namespace vedette::model {
namespace {

constexpr std::string_view kId = "0123456789abcdef0123456789abcdef";

std::string Key() { return std::string(Announcement::kKeyDigits, 'e'); }

// An announcement with one member in place of, or besides, the good ones.
std::string With(const std::string& member) {
  return base::Concat(
      {"{\"id\":\"", kId, "\",\"key\":\"", Key(), "\",\"host\":\"web1\",", member, "}"});
}

TEST(Announcement, ComesBackAsItWasSaid) {
  Announcement said;
  said.id = kId;
  said.key = base::Secret(Key());
  said.host = "web1.example.org";
  said.address = "10.0.0.1";
  said.pages = {{"node", 9100}, {"redis", 9100, "/metrics/redis", true}};
  said.labels = {{"rack", "a\"b"}, {"zone", "ä"}};
  said.sends = true;
  const auto read = ParseAnnouncement(EncodeAnnouncement(said));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->id, said.id);
  EXPECT_EQ(read->key.Reveal(), said.key.Reveal());
  EXPECT_EQ(read->host, said.host);
  EXPECT_EQ(read->address, said.address);
  EXPECT_EQ(read->pages, said.pages);
  EXPECT_EQ(read->labels, said.labels);
  EXPECT_TRUE(read->sends);
}

TEST(Announcement, UnknownAndAbsentMembersAreNoMistake) {
  const auto read = ParseAnnouncement(With(R"("later":{"a":[1]},"pages":null,"labels":{})"));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_TRUE(read->pages.empty());
  EXPECT_FALSE(read->sends);
}

TEST(Announcement, MistakesNameTheFieldAndWhatIsAllowedAndNoKey) {
  const std::string many_labels = [] {
    std::string out = "\"labels\":{";
    for (int i = 0; i < 17; ++i) out += (i ? ",\"l" : "\"l") + std::to_string(i) + "\":\"v\"";
    return out + "}";
  }();
  std::string many_pages = "\"pages\":[{}";
  for (int i = 0; i < 32; ++i) many_pages += ",{}";
  many_pages += "]";
  const std::pair<std::string, std::string> kCases[] = {
      {"", "the body is no JSON"},
      {"[]", "no JSON object"},
      {"{\"id\":", "the body is no JSON"},
      {"{} x", "the body is no JSON"},
      {std::string(1000, '['), "the body is no JSON"},
      {"{}", "id: found \"\"; allowed: 32 digits"},
      {With("\"id\":\"" + std::string(32, 'A') + "\""), "id: found"},
      {With("\"id\":7"), "id: found something else; allowed: a text"},
      {With("\"key\":\"" + Key() + "0\""), "key: found something else"},
      {With("\"host\":\"\""), "host: found \"\""},
      {With("\"host\":\"a b\""), "host: found \"a b\""},
      {With("\"host\":\"a\\u0000b\""), "host: found \"a\\x00b\""},
      {With("\"host\":\"a\\nb\""), "host: found \"a\\nb\""},
      {With("\"host\":\"ä\""), "host: found"},
      {With("\"host\":\"" + std::string(254, 'a') + "\""), "host: found"},
      {With("\"address\":[]"), "address: found something else; allowed: a text"},
      {With("\"sends\":1"), "sends: found something else; allowed: true and false"},
      {With("\"pages\":{}"), "pages: found something else; allowed: a list of 32 at most"},
      {With(many_pages), "pages: found something else; allowed: a list of 32 at most"},
      {With("\"pages\":[1]"), "pages[0]: found something else; allowed: an object"},
      {With("\"pages\":[{\"port\":1}]"), "pages[0].job: found \"\""},
      {With("\"pages\":[{\"job\":\"node\"}]"), "pages[0].port: found 0"},
      {With("\"pages\":[{\"job\":\"node\",\"port\":65536}]"), "pages[0].port: found"},
      {With("\"pages\":[{\"job\":\"node\",\"port\":-1}]"), "pages[0].port: found"},
      {With("\"pages\":[{\"job\":\"node\",\"port\":1.5}]"), "pages[0].port: found"},
      {With("\"pages\":[{\"job\":\"n\",\"port\":1,\"path\":\"x\"}]"), "pages[0].path: found"},
      {With("\"pages\":[{\"job\":\"n\",\"port\":1,\"path\":\"/a b\"}]"), "pages[0].path: found"},
      {With("\"pages\":[{\"job\":\"n\",\"port\":1,\"path\":\"/a\\r\\nX: y\"}]"),
       "pages[0].path: found"},
      {With("\"pages\":[{\"job\":\"n\",\"port\":1,\"path\":\"/a?b=c\"}]"), "pages[0].path: found"},
      {With("\"pages\":[{\"job\":\"n\",\"port\":1,\"scheme\":\"ftp\"}]"), "pages[0].scheme: found"},
      {With("\"labels\":[]"), "labels: found something else"},
      {With(many_labels), "labels: found something else; allowed: an object of 16"},
      {With("\"labels\":{\"a\":1}"), "labels.\"a\": found something else; allowed: a text"},
      {With("\"labels\":{\"host\":\"x\"}"), "labels: found \"host\""},
      {With("\"labels\":{\"__address__\":\"x\"}"), "labels: found \"__address__\""},
      {With("\"labels\":{\"\":\"x\"}"), "labels: found \"\""},
      {With("\"labels\":{\"a-b\":\"x\"}"), "labels: found \"a-b\""},
      {With("\"labels\":{\"a\":\"\"}"), "labels.a: found \"\""},
      {With("\"labels\":{\"a\":\"\\u0007\"}"), "labels.a: found"},
      {With("\"labels\":{\"a\":\"" + std::string(257, 'x') + "\"}"), "labels.a: found"},
  };
  for (const auto& [text, says] : kCases) {
    const auto read = ParseAnnouncement(text);
    ASSERT_FALSE(read.ok()) << text;
    const std::string message(base::Message(read.status()));
    EXPECT_NE(message.find(says), std::string::npos) << text << ": " << message;
    EXPECT_EQ(message.find(Key()), std::string::npos) << message;
  }
}

TEST(Announcement, OneThatIsHugeIsNotRead) {
  const auto read = ParseAnnouncement(With("\"x\":\"" + std::string(70'000, 'x') + "\""));
  EXPECT_TRUE(absl::IsResourceExhausted(read.status()));
}

}  // namespace
}  // namespace vedette::model
