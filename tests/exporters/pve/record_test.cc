#include "exporters/pve/record.h"

#include <gtest/gtest.h>

namespace vedette::exporters::pve {
namespace {

TEST(PveRecord, ScalarsAreKeptAsTextAndNumber) {
  const auto records = ParseAnswer(
      R"({"data":[{"a":1,"b":"2","c":0.0417632,"d":18446744073709551615,"e":"x","f":null,)"
      R"("g":[1],"h":{"i":1},"j":true,"k":-5,"l":1e21}]})");
  ASSERT_TRUE(records.ok()) << records.status();
  ASSERT_EQ(records->size(), 1u);
  const Record& record = records->front();
  EXPECT_EQ(record.Text("a"), "1");
  EXPECT_EQ(record.Number("b"), 2);
  EXPECT_EQ(record.Text("b"), "2");
  EXPECT_EQ(record.Number("c"), 0.0417632);
  EXPECT_EQ(record.Text("d"), "18446744073709551615");
  EXPECT_FALSE(record.Number("e").has_value());
  EXPECT_FALSE(record.Has("f"));
  EXPECT_FALSE(record.Has("g"));
  EXPECT_FALSE(record.Has("h"));
  EXPECT_EQ(record.Number("j"), 1);
  EXPECT_EQ(record.Text("k"), "-5");
  EXPECT_EQ(record.Number("l"), 1e21);
  EXPECT_EQ(record.Text("missing"), "");
}

TEST(PveRecord, AnObjectIsOneRecordAndNothingIsNone) {
  EXPECT_EQ(ParseAnswer(R"({"data":{"a":1}})")->size(), 1u);
  EXPECT_TRUE(ParseAnswer(R"({"data":{}})")->empty());
  EXPECT_TRUE(ParseAnswer(R"({"data":null})")->empty());
  EXPECT_TRUE(ParseAnswer(R"({"data":[]})")->empty());
}

TEST(PveRecord, WhatIsNoAnswerIsRefusedWithoutBeingRepeated) {
  const struct {
    std::string body;
    const char* found;
  } cases[] = {
      {"<!DOCTYPE html><html>secret</html>", "HTML"},
      {"", "nothing"},
      {"{\"data\":[", "JSON"},
      {"[1,2]", "\"data\""},
      {"{\"other\":1}", "\"data\""},
      {"{\"data\":[1]}", "list of objects"},
      {"{\"data\":7}", "scalar"},
      {std::string("{\"data\":\"\xff\"}"), "JSON"},
      {std::string(3000, '['), "JSON"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.body.substr(0, 40));
    const auto records = ParseAnswer(c.body);
    ASSERT_FALSE(records.ok());
    EXPECT_NE(base::Message(records.status()).find(c.found), std::string_view::npos)
        << records.status();
    EXPECT_EQ(base::Message(records.status()).find("secret"), std::string_view::npos);
  }
}

TEST(PveRecord, FailureMessagesAreShort) {
  EXPECT_EQ(FailureMessage(R"({"data":null,"message":"Permission check failed\n"})"),
            "Permission check failed");
  EXPECT_EQ(FailureMessage("<html>"), "");
  EXPECT_LE(FailureMessage(R"({"message":")" + std::string(5000, 'x') + "\"}").size(), 200u);
}

}  // namespace
}  // namespace vedette::exporters::pve
