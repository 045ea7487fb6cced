// Addresses, password files, lists of keys, nodes of clusters: what people and servers write.
#include "exporters/redis/address.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "exporters/redis/cluster_nodes.h"
#include "exporters/redis/key_patterns.h"
#include "exporters/redis/password_file.h"
#include "tests/support/temp_dir.h"

namespace vedette::exporters::redis {
namespace {

TEST(Address, TakesEveryFormThatUpstreamTakes) {
  struct Case {
    const char* text;
    const char* place;
    bool tls;
    const char* user;
    const char* password;
    int database;
  };
  for (const Case& c :
       {Case{"redis://localhost:6379", "tcp localhost:6379", false, "", "", 0},
        Case{"localhost:7000", "tcp localhost:7000", false, "", "", 0},
        Case{"10.0.0.1", "tcp 10.0.0.1:6379", false, "", "", 0},
        Case{"rediss://h/3", "tcp h:6379", true, "", "", 3},
        Case{"valkey://h:1/", "tcp h:1", false, "", "", 0},
        Case{"valkeys://h:1", "tcp h:1", true, "", "", 0},
        Case{"redis://:pw@h:1", "tcp h:1", false, "", "pw", 0},
        Case{"redis://bob@h:1", "tcp h:1", false, "bob", "", 0},
        Case{"redis://bob:p%40w:x@h:1", "tcp h:1", false, "bob", "p@w:x", 0},
        Case{"redis://[::1]:7/2?x=1", "tcp [::1]:7", false, "", "", 2},
        Case{"unix:///run/r.sock", "unix /run/r.sock", false, "", "", 0},
        Case{"unix://bob:pw@/run/r.sock", "unix /run/r.sock", false, "bob", "pw", 0}}) {
    SCOPED_TRACE(c.text);
    const auto address = ParseAddress(c.text);
    ASSERT_TRUE(address.ok()) << address.status();
    EXPECT_EQ(address->ForMessages(), c.place);
    EXPECT_EQ(address->is_tls(), c.tls);
    EXPECT_EQ(address->user, c.user);
    EXPECT_EQ(address->password.Reveal(), c.password);
    EXPECT_EQ(address->database, c.database);
    EXPECT_EQ(address->Uri().find("pw"), std::string::npos);
  }
}

TEST(Address, RefusalsNeverRepeatThePassword) {
  for (const char* text : {"http://u:secret@h", "redis://u:secret@h:99999", "redis://u:secret@[::1",
                           "redis://u:secret@a:b:c", "redis://u:secret@h/x", "unix://u:secret@"}) {
    SCOPED_TRACE(text);
    const auto address = ParseAddress(text);
    ASSERT_FALSE(address.ok());
    EXPECT_EQ(base::Message(address.status()).find("secret"), std::string_view::npos);
  }
}

class PasswordFileTest : public ::testing::Test {
 protected:
  base::StatusOr<PasswordFile> Load(std::string_view text) {
    return PasswordFile::Load(fs_.get(), folder_.Write("p.json", text));
  }
  static std::string Find(const PasswordFile& file, std::string_view given,
                          std::string_view user = "") {
    const base::Secret* found = file.Find(*ParseAddress(given), given, user);
    return found == nullptr ? "(none)" : found->Reveal();
  }

 private:
  const test::TempDir folder_;
  const std::unique_ptr<base::FileSystem> fs_ = base::NewPosixFileSystem();
};

TEST_F(PasswordFileTest, TheAddressNamedWholeWinsThenTheLongestPattern) {
  const auto file = Load(R"({"redis://a:6379": "one", "redis://bob@a:6379": "two",
      "redis://b:*": "three", "redis://b:63*": "four", "rediss://c:1": ""})");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(Find(*file, "redis://a:6379"), "one");
  EXPECT_EQ(Find(*file, "redis://a"), "one");
  EXPECT_EQ(Find(*file, "redis://a:6379", "bob"), "two");
  EXPECT_EQ(Find(*file, "redis://a:6379", "eve"), "(none)");
  EXPECT_EQ(Find(*file, "redis://b:6379"), "four");
  EXPECT_EQ(Find(*file, "redis://b:7000"), "three");
  EXPECT_EQ(Find(*file, "rediss://c:1"), "");
  EXPECT_EQ(Find(*file, "redis://d:1"), "(none)");
}

TEST_F(PasswordFileTest, RefusalsNameTheFileAndNoPassword) {
  for (const char* text : {"", "[]", R"({"a": 5})", R"({"redis://a": {"x": "hunter2"}})",
                           R"({"redis://a": "hunter2")"}) {
    SCOPED_TRACE(text);
    const auto file = Load(text);
    ASSERT_FALSE(file.ok());
    EXPECT_NE(base::Message(file.status()).find("p.json"), std::string_view::npos);
    EXPECT_EQ(base::Message(file.status()).find("hunter2"), std::string_view::npos);
  }
}

TEST(KeyPatterns, ReadsDatabasesAndEscapes) {
  const auto list = ParseKeyPatterns("a*, db3=b,,7=c%3Dd+e, =x, db1=");
  ASSERT_TRUE(list.ok()) << list.status();
  const std::vector<KeyPattern> expected = {{0, "a*"}, {3, "b"}, {7, "c=d e"}};
  EXPECT_EQ(*list, expected);
  EXPECT_TRUE((*list)[0].is_pattern());
  EXPECT_FALSE((*list)[1].is_pattern());
  EXPECT_TRUE(ParseKeyPatterns("")->empty());
  for (const char* bad : {"dbx=a", "db-1=a", "a=b=c"}) {
    EXPECT_FALSE(ParseKeyPatterns(bad).ok()) << bad;
  }
}

TEST(KeyPatterns, ReadsGroupsAsCsv) {
  const std::vector<std::string> expected = {"^(a),b$", "c", "d\"e"};
  const auto row = ParseCsvRow("\"^(a),b$\", c,, \"d\"\"e\"");
  ASSERT_TRUE(row.ok()) << row.status();
  EXPECT_EQ(*row, expected);
  EXPECT_TRUE(ParseCsvRow("")->empty());
  EXPECT_FALSE(ParseCsvRow("\"a").ok());
}

TEST(ClusterNodes, ReadsNodesAndSlots) {
  const auto nodes = ParseClusterNodes(
      "e1 127.0.0.1:7001@17001,one myself,master - 0 0 1 connected 0-5460 5500 [93->-e2]\n"
      "e2 ::1:7002@17002 slave e1 0 1 1 connected\n"
      "e3 :7003@17003 master - 0 0 3 connected 5461-5499\n"
      "e4 127.0.0.1:0@0 master,noaddr - 0 0 4 disconnected 9-8\n"
      "broken\n"
      "e5 nowhere master - 0 0\n");
  ASSERT_EQ(nodes.size(), 4U);
  EXPECT_EQ(nodes[0].hostname, "one");
  EXPECT_TRUE(nodes[0].is_master && nodes[0].is_usable);
  EXPECT_TRUE(nodes[0].Owns(5460) && nodes[0].Owns(5500) && !nodes[0].Owns(93 + 6000));
  EXPECT_EQ(nodes[1].host, "::1");
  EXPECT_FALSE(nodes[1].is_master);
  EXPECT_FALSE(nodes[3].is_usable);
  const Address asked = *ParseAddress("rediss://10.0.0.9:7003");
  EXPECT_EQ(NodeAddress(nodes[2], asked).Uri(), "rediss://10.0.0.9:7003");
  EXPECT_EQ(DiscoveryJson({nodes[0], nodes[1]}, asked, true),
            R"([{"targets":["rediss://one:7001","rediss://[::1]:7002"],"labels":{}}])");
}

// The specification's own examples, and Redis' CLUSTER KEYSLOT.
TEST(ClusterNodes, SlotsAreRedisOwn) {
  EXPECT_EQ(KeySlot("123456789"), 0x31C3);
  EXPECT_EQ(KeySlot("foo"), 12182);
  EXPECT_EQ(KeySlot("{user1000}.following"), KeySlot("{user1000}.followers"));
  EXPECT_EQ(KeySlot("foo{}{bar}"), KeySlot("foo{}{bar}"));
  EXPECT_NE(KeySlot("foo{}{bar}"), KeySlot("bar"));
  EXPECT_EQ(KeySlot("foo{{bar}}zap"), KeySlot("{bar"));
  EXPECT_EQ(KeySlot("foo{bar}{zap}"), KeySlot("bar"));
}

}  // namespace
}  // namespace vedette::exporters::redis
