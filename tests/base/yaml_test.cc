#include "base/config/yaml.h"

#include <gtest/gtest.h>

#include "base/strings.h"

namespace vedette::base::config {
namespace {

// The tree as one line, for tables.
std::string Print(const Node& node) {
  std::string out;
  switch (node.kind) {
    case Node::Kind::kNull:
      return "null";
    case Node::Kind::kScalar:
      return node.quoted ? GoQuote(node.scalar) : node.scalar;
    case Node::Kind::kSequence:
      for (const Node& item : node.items) out += (out.empty() ? "" : ", ") + Print(item);
      return "[" + out + "]";
    case Node::Kind::kMap:
      for (const auto& [key, value] : node.entries) {
        out += (out.empty() ? "" : ", ") + key + ": " + Print(value);
      }
      return "{" + out + "}";
  }
  return out;
}

TEST(Yaml, ReadsTheUsualShapes) {
  const struct {
    const char* text;
    const char* tree;
  } kCases[] = {
      {"", "null"},
      {"# nothing\n", "null"},
      {"a: 1\nb: [x, 'y', \"z\"]\nc:\n  - d: e\n", "{a: 1, b: [x, \"y\", \"z\"], c: [{d: e}]}"},
      {"a:\nb: ~\nc: null\nd: ''\n", "{a: null, b: null, c: null, d: \"\"}"},
      {"a: !!str 1\n", "{a: \"1\"}"},
      {"\xEF\xBB\xBF"
       "a: 1\n",
       "{a: 1}"},
      {"a: &x {b: 1}\nc: *x\n", "{a: {b: 1}, c: {b: 1}}"},
      {"a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3\n", "{a: {b: 1, c: 2}, d: {c: 3, b: 1}}"},
      {"d:\n  <<: [{a: 1}, {a: 2, b: 2}]\n", "{d: {a: 1, b: 2}}"},
      {"a: 'it''s'\nb: \"q\\\"q\"\n", "{a: \"it's\", b: \"q\\\"q\"}"},
      {"a: |\n  x\n  y\n", "{a: \"x\\ny\\n\"}"},
  };
  for (const auto& c : kCases) {
    const auto node = ParseYaml(c.text, "f");
    ASSERT_TRUE(node.ok()) << c.text << node.status().ToString();
    EXPECT_EQ(Print(*node), c.tree);
  }
}

TEST(Yaml, RefusesWithFileLineAndColumn) {
  std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c < 'i'; ++c) {
    const std::string previous = Concat({"*", std::string(1, static_cast<char>(c - 1)), ","});
    bomb += Concat({std::string(1, c), ": &", std::string(1, c), " ["});
    for (int i = 0; i < 10; ++i) bomb += previous;
    bomb += "]\n";
  }
  const struct {
    std::string text;
    const char* message;
  } kCases[] = {
      {"a: 1\na: 2\n", "f.yml:2:1: key \"a\" is there twice"},
      {"a: 1\n---\nb: 2\n", "a second document"},
      {"a: \"open\nb: 1\n", "f.yml:1:4: "},
      {"a: 'open\n", "f.yml:1:4: "},
      {"a: 1\nb: \xff\n", "f.yml:2:1: this line is not UTF-8 text"},
      {"a: &x [*x]\n", "f.yml:1:8: an alias inside"},
      {"a: *nowhere\n", "f.yml:1:"},
      {"? [a]\n: 1\n", "a key must be plain text"},
      {"a: !ruby/object 1\n", "unknown tag"},
      {"a: [1\n", "f.yml:"},
      {"\ta: 1\n", "f.yml:1:"},
      {"a:\n  <<: 1\n", "<< takes a map"},
      {std::string(150, '[') + std::string(150, ']'), "f.yml:1:101: nested too deeply"},
      {bomb, "too large with its aliases"},
  };
  for (const auto& c : kCases) {
    const auto node = ParseYaml(c.text, "f.yml");
    ASSERT_FALSE(node.ok()) << c.text;
    EXPECT_EQ(node.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_NE(Message(node.status()).find(c.message), std::string_view::npos)
        << node.status().ToString() << "\nwant " << c.message;
  }
}

TEST(MapReader, ReadsEveryKindAndLeavesWhatIsAbsent) {
  const auto node = ParseYaml(
      "text: hello\nflag: yes\nwhole: 7\nreal: 1e3\nwait: 1h30m\nsize: 512MB\nlist: [a, 1]\n"
      "map: {x: y}\nchild: {k: v}\neach: [{}, {}]\nold: 1\nempty:\n",
      "f");
  Problems problems("f");
  MapReader map(*node, "", &problems);
  std::string text;
  bool flag = false;
  int64_t whole = 0;
  double real = 0;
  int64_t wait = 0;
  uint64_t size = 0;
  std::vector<std::string> list;
  std::vector<std::pair<std::string, std::string>> pairs;
  std::vector<std::string> fields;
  const auto note = [&](const Node&, const std::string& field) { fields.push_back(field); };
  EXPECT_TRUE(map.String("text", &text));
  EXPECT_TRUE(map.Bool("flag", &flag));
  EXPECT_TRUE(map.Int("whole", 0, 10, &whole));
  EXPECT_TRUE(map.Double("real", &real));
  EXPECT_TRUE(map.Duration("wait", &wait));
  EXPECT_TRUE(map.Bytes("size", &size));
  EXPECT_TRUE(map.StringList("list", &list));
  EXPECT_TRUE(map.StringMap("map", &pairs));
  EXPECT_TRUE(map.Child("child", note));
  EXPECT_TRUE(map.Each("each", note));
  map.Ignore("old");
  std::string untouched = "default";
  EXPECT_FALSE(map.String("empty", &untouched));
  EXPECT_FALSE(map.String("absent", &untouched));
  map.Finish();
  EXPECT_TRUE(problems.empty()) << problems.ToStatus().ToString();
  EXPECT_EQ(text, "hello");
  EXPECT_TRUE(flag);
  EXPECT_EQ(whole, 7);
  EXPECT_EQ(real, 1000);
  EXPECT_EQ(wait, 5'400'000);
  EXPECT_EQ(size, 512u << 20);
  EXPECT_EQ(list, (std::vector<std::string>{"a", "1"}));
  EXPECT_EQ(pairs.size(), 1u);
  EXPECT_EQ(untouched, "default");
  EXPECT_EQ(fields, (std::vector<std::string>{"child", "each[0]", "each[1]"}));
}

TEST(MapReader, ListsAllProblemsAtOnceWithTheirPlaces) {
  const auto node = ParseYaml(
      "text: [1]\nflag: maybe\nwhole: 11\nwait: 5 minutes\nsize: 3XB\nunknown: 1\nrefused: 1\n",
      "f");
  Problems problems("file.yml");
  MapReader map(*node, "top", &problems);
  std::string text;
  bool flag;
  int64_t number;
  uint64_t size;
  map.String("text", &text);
  map.Bool("flag", &flag);
  map.Int("whole", 0, 10, &number);
  map.Duration("wait", &number);
  map.Bytes("size", &size);
  map.Refuse("refused", "is not supported: no cluster here");
  map.Require("needed");
  map.Finish();
  const std::string message(Message(problems.ToStatus()));
  for (const char* want : {
           "file.yml:1:7: top.text: want text, found a list",
           "file.yml:2:7: top.flag: want true or false, found \"maybe\"",
           "file.yml:3:8: top.whole: want a whole number from 0 to 10, found \"11\"",
           "file.yml:4:7: top.wait: want a duration such as 30s or 1h30m, found \"5 minutes\"",
           "file.yml:5:7: top.size: want a size such as 512MB or 1GiB, found \"3XB\"",
           "file.yml:6:10: top.unknown: unknown key, want one of ",
           "top.refused: is not supported: no cluster here",
           "top.needed: is missing",
       }) {
    EXPECT_NE(message.find(want), std::string::npos) << want << "\nin\n" << message;
  }
}

}  // namespace
}  // namespace vedette::base::config
