#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "model/log_push.h"
#include "model/source_header.h"
#include "model/stream_labels.h"

namespace vedette::model {
namespace {

std::vector<LogStream> TwoStreams() {
  return {{Labels({{"job", "journal"}, {"unit", "a\"b\\\xc3\xa9"}}),
           {{1'700'000'000'123'456'789, "first", Labels({{"pid", "1"}})}, {-1, "", {}}}},
          {Labels({{"job", "caddy"}}), {{5, std::string("raw\xff\0", 5), {}}}}};
}

TEST(LogPush, ProtobufGoesBothWays) {
  const auto push = DecodeLogPush(EncodeLogPush(TwoStreams()));
  ASSERT_TRUE(push.ok()) << push.status();
  ASSERT_EQ(push->streams.size(), 2u);
  for (size_t s = 0; s < 2; ++s) {
    const LogStream expected = TwoStreams()[s];
    EXPECT_EQ(push->streams[s].labels, expected.labels);
    ASSERT_EQ(push->streams[s].entries.size(), expected.entries.size());
    for (size_t e = 0; e < expected.entries.size(); ++e) {
      EXPECT_EQ(push->streams[s].entries[e].timestamp_ns, expected.entries[e].timestamp_ns);
      EXPECT_EQ(push->streams[s].entries[e].line, expected.entries[e].line);
      EXPECT_EQ(push->streams[s].entries[e].metadata, expected.entries[e].metadata);
    }
  }
}

TEST(LogPush, EveryEntryHasItsOwnMetadata) {
  const Labels one({{"pid", "1"}, {"level", "info"}});
  const Labels other({{"pid", "1"}, {"level", "warn"}});
  const std::vector<LogStream> streams = {
      {Labels({{"a", "1"}}), {{1, "", one}, {2, "", one}, {3, "", {}}, {4, "", one}}},
      {Labels({{"a", "2"}}), {{1, "", one}, {2, "", other}, {3, "", Labels({{"pid", "1"}})}}},
      {Labels({{"a", "3"}}), {}}};
  const auto push = DecodeLogPush(EncodeLogPush(streams));
  ASSERT_TRUE(push.ok()) << push.status();
  ASSERT_EQ(push->streams.size(), streams.size());
  for (size_t s = 0; s < streams.size(); ++s) {
    ASSERT_EQ(push->streams[s].entries.size(), streams[s].entries.size());
    for (size_t e = 0; e < streams[s].entries.size(); ++e) {
      EXPECT_EQ(push->streams[s].entries[e].metadata, streams[s].entries[e].metadata) << s << e;
    }
  }
}

TEST(LogPush, BadMetadataIsRefusedEachTime) {
  LogPushRefusals refused;
  const auto push = DecodeLogPushJson(
      R"({"streams":[{"stream":{"a":"b"},"values":[["1","x",{"k":"v"}],["2","x",{"":"v"}],)"
      R"(["3","x",{"":"v"}],["4","x",{"k":"v"}]]}]})",
      {}, &refused);
  ASSERT_TRUE(push.ok()) << push.status();
  EXPECT_EQ(refused.entries, 2u);
  ASSERT_EQ(push->streams[0].entries.size(), 2u);
  for (const LogEntry& entry : push->streams[0].entries) {
    EXPECT_EQ(entry.metadata, Labels({{"k", "v"}}));
  }
}

TEST(LogPush, EveryCutIsRefused) {
  const std::string whole = EncodeLogPush(TwoStreams());
  const size_t first_stream = EncodeLogPush({{TwoStreams()[0]}}).size();
  for (size_t n = 1; n < whole.size(); ++n) {
    EXPECT_EQ(DecodeLogPush(whole.substr(0, n)).ok(), n == first_stream) << n;
  }
}

TEST(LogPush, LimitsNameStreamAndEntry) {
  LogPushLimits limits;
  limits.max_line_bytes = 4;
  EXPECT_EQ(DecodeLogPush(EncodeLogPush({{TwoStreams()[0]}}), limits).status().message(),
            "stream {job=\"journal\", unit=\"a\\\"b\\\\\xc3\xa9\"}, entry 0: has a longer line "
            "than 4");
  limits = {};
  limits.max_entries = 2;
  EXPECT_TRUE(
      absl::IsResourceExhausted(DecodeLogPush(EncodeLogPush(TwoStreams()), limits).status()));
  limits = {};
  limits.max_labels = 1;
  EXPECT_FALSE(DecodeLogPush(EncodeLogPush(TwoStreams()), limits).ok());
}

// A text of few bytes a value would take many times its size while it is read.
TEST(LogPush, JsonOfTooManyValuesIsRefused) {
  std::string many = R"({"streams":[0)";
  for (int i = 0; i < 4'000'000; ++i) many += ",0";
  const auto push = DecodeLogPushJson(many + "]}");
  EXPECT_TRUE(absl::IsResourceExhausted(push.status())) << push.status();
  // Not what only looks like it.
  std::string line = R"(\"\\)";
  for (int i = 0; i < 4'000'000; ++i) line += "[,";
  const auto one =
      DecodeLogPushJson(R"({"streams":[{"stream":{"a":"b"},"values":[["1",")" + line + R"("]]}]})");
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_EQ(one->streams[0].entries[0].line.size(), 8'000'002u);
}

TEST(LogPush, StreamsAreCounted) {
  LogPushLimits limits;
  limits.max_streams = 1;
  LogPushRefusals refused;
  EXPECT_TRUE(absl::IsResourceExhausted(
      DecodeLogPush(EncodeLogPush(TwoStreams()), limits, &refused).status()));
}

// What is left of a push whose reader says where refusals go, and what is said of the rest.
TEST(LogPush, TheGoodPartIsTakenWhereRefusalsHaveAPlace) {
  LogPushLimits limits;
  limits.max_line_bytes = 4;
  limits.max_metadata = 1;
  limits.max_labels = 2;
  const Labels good({{"job", "a"}});
  const std::vector<LogStream> streams = {
      {good, {{1, "long line", {}}, {2, "ok", {}}, {3, "ok", Labels({{"a", "1"}, {"b", "2"}})}}},
      {Labels({{"a", "1"}, {"b", "2"}, {"c", "3"}}), {{4, "ok", {}}, {5, "ok", {}}}},
      {good, {{6, "long line", {}}}}};
  LogPushRefusals refused;
  const auto push = DecodeLogPush(EncodeLogPush(streams), limits, &refused);
  ASSERT_TRUE(push.ok()) << push.status();
  ASSERT_EQ(push->streams.size(), 1u);
  ASSERT_EQ(push->streams[0].entries.size(), 1u);
  EXPECT_EQ(push->streams[0].entries[0].timestamp_ns, 2);
  EXPECT_EQ(refused.entries, 5u);
  EXPECT_EQ(refused.first, R"(stream {job="a"}, entry 0: has a longer line than 4)");
}

TEST(LogPush, AStreamWhoseLabelsCannotBeReadHarmsItselfAlone) {
  LogPushRefusals refused;
  const auto push = DecodeLogPushJson(
      R"({"streams":[{"stream":{"a-b":"c"},"values":[["1","x"]]},{"stream":{},"values":[["2","y"]]}]})",
      {}, &refused);
  ASSERT_TRUE(push.ok()) << push.status();
  ASSERT_EQ(push->streams.size(), 1u);
  EXPECT_TRUE(push->streams[0].labels.empty());  // its service_name is found at ingest
  EXPECT_EQ(refused.entries, 1u);
  EXPECT_EQ(refused.first,
            "couldn't parse labels: 1:3: parse error: unexpected character inside braces: '-'");
}

// Lines of senders that cut between two bytes, or write Latin-1; Go's readers take them too.
TEST(LogPushJson, IllFormedUnicodeInALineHarmsNobody) {
  const std::pair<std::string, std::string> kLines[] = {
      {"caf\xe9", "caf\xe9"},          {R"(a\ud83d b)", "a\xef\xbf\xbd b"},
      {R"(a\uDE00)", "a\xef\xbf\xbd"}, {R"(\ud83d\ud83d\ude00)", "\xef\xbf\xbd\xf0\x9f\x98\x80"},
      {R"(\\ud83d)", R"(\ud83d)"},     {R"(\ud83d\ude00)", "\xf0\x9f\x98\x80"},
  };
  for (const auto& [sent, line] : kLines) {
    const auto push = DecodeLogPushJson(R"({"streams":[{"stream":{"a":"b"},"values":[["1",")" +
                                        sent + R"("],["2","good"]]}]})");
    ASSERT_TRUE(push.ok()) << sent << push.status();
    ASSERT_EQ(push->streams[0].entries.size(), 2u);
    EXPECT_EQ(push->streams[0].entries[0].line, line) << sent;
  }
}

TEST(LogPushJson, AFaultIsToldWithItsPlace) {
  const std::pair<std::string, std::string> kFaults[] = {
      {R"({"streams":[}])", "syntax error at byte 13"},
      {R"({"streams":[)", "incomplete"},
      {R"({"streams":[]} x)", "extra data"},
      {R"({"streams":[{"stream":{"a":"b"},"values":[["1","\ud8"]]}]})", "at byte"},
  };
  for (const auto& [text, says] : kFaults) {
    const auto push = DecodeLogPushJson(text);
    ASSERT_FALSE(push.ok()) << text;
    EXPECT_NE(push.status().message().find(says), std::string::npos) << push.status();
  }
}

TEST(LogPush, JsonIsRead) {
  const auto push = DecodeLogPushJson(
      R"({"streams":[{"stream":{"a":"b","e":""},"values":[["12","l1"],["13","l\u00e9",{"m":"x"}]]}]})");
  ASSERT_TRUE(push.ok()) << push.status();
  ASSERT_EQ(push->streams.size(), 1u);
  EXPECT_EQ(push->streams[0].labels.ToString(), R"({a="b"})");
  ASSERT_EQ(push->streams[0].entries.size(), 2u);
  EXPECT_EQ(push->streams[0].entries[1].timestamp_ns, 13);
  EXPECT_EQ(push->streams[0].entries[1].line, "l\xc3\xa9");
  EXPECT_EQ(push->streams[0].entries[1].metadata.Get("m"), "x");
}

TEST(LogPush, BadJsonIsRefusedWithTheReason) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "push request"},
      {"[]", "the body must be an object"},
      {"{}", "streams must be an array"},
      {R"({"streams":[{"stream":{"a":1},"values":[]}]})", "an object of strings"},
      {R"({"streams":[{"stream":{"a.b":"1"},"values":[]}]})", "inside braces: '.'"},
      {R"({"streams":[{"stream":{"a":"b"}}]})", "streams[].values must be an array"},
      {R"({"streams":[{"stream":{"a":"b"},"values":[[12,"x"]]}]})", "NANOSECONDS"},
      {R"({"streams":[{"stream":{"a":"b"},"values":[["x","x"]]}]})", "decimal string"},
      {R"({"streams":[{"stream":{"a":"b"},"values":[["1","x",{"m":1}]]}]})", "object of strings"},
      {"{\"streams\":[{\"stream\":{\"a\":\"\xff\"},\"values\":[]}]}",
       "the value of \"a\" is not valid UTF-8"},
      {std::string(100, '['), "push request"},
  };
  for (const auto& [json, message] : cases) {
    const auto push = DecodeLogPushJson(json);
    ASSERT_FALSE(push.ok()) << json;
    EXPECT_NE(push.status().message().find(message), absl::string_view::npos)
        << json << ": " << push.status();
  }
}

TEST(StreamLabels, AreReadStrictly) {
  const auto labels = ParseStreamLabels(" { a = \"x\\n\\u00e9\\x41\\101\", b=`r\\aw`, } ");
  ASSERT_TRUE(labels.ok()) << labels.status();
  EXPECT_EQ(labels->Get("a"),
            "x\n\xc3\xa9"
            "AA");
  EXPECT_EQ(labels->Get("b"), "r\\aw");
  for (const char* bad : {"", "{", "{a}", "{a=b}", "{a=\"b}", "{a=\"b\" c=\"d\"}", "{a=\"b\"} x",
                          "{a=\"\\q\"}", "{a=\"1\",a=\"2\"}", "{1a=\"b\"}", "{a=\"\\xff\"}",
                          "{a!=\"b\"}", "{a=\"\\ud800\"}", "{,}", "{a=`b}"}) {
    EXPECT_FALSE(ParseStreamLabels(bad).ok()) << bad;
  }
}

TEST(StreamLabels, ReadWhatLabelsPrint) {
  const Labels labels({{"a", "q\"\\\n\t\x01\xc3\xa9"}, {"b", "`"}});
  const auto read = ParseStreamLabels(labels.ToString());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, labels);
}

TEST(SourceHeader, RunsOfDifferencesAreFolded) {
  EXPECT_EQ(FormatSourceHeader({"J", {7, 9, 11, 8}}), "J;7;11;0,2x2,-3");
  EXPECT_EQ(FormatSourceHeader({"J", {5}}), "J;5;5;0");
  EXPECT_EQ(FormatSourceHeader({"J", {1, 2, 3, 4}}), "J;1;4;0,1x3");
}

TEST(SourceHeader, WhatIsFormattedParses) {
  const std::vector<std::vector<uint64_t>> cases = {
      {7, 9, 11, 8}, {5}, {0, 0, 0}, {1, 2, 3, 4, 100, 50}, {UINT64_MAX, UINT64_MAX - 3}};
  for (const auto& positions : cases) {
    const auto parsed =
        ParseSourceHeader(FormatSourceHeader({"file:1:2:ab", positions}), positions.size());
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(parsed->source, "file:1:2:ab");
    EXPECT_EQ(parsed->positions, positions);
  }
}

TEST(SourceHeader, IsStrict) {
  const std::vector<std::string> bad = {"",
                                        "J",
                                        "J;1;2",
                                        "J;1;2;0",
                                        ";1;2;0,1",
                                        "J;2;1;0,-1",
                                        "J;1;2;0,2",
                                        "J;1;2;0,-1",
                                        "J;1;2;0,1,0",
                                        "J;1;2;0,1x1",
                                        "J;1;2;0,x2",
                                        "J;1;2;0,+1",
                                        "J;1;2; 0,1",
                                        "J;a;2;0,1",
                                        "J;1;2;0,1;9",
                                        "J;1;2;0,1x9999999999999",
                                        "a b;1;2;0,1",
                                        "J;1;2;0,1,",
                                        std::string(7000, 'x')};
  for (const std::string& value : bad) {
    EXPECT_FALSE(ParseSourceHeader(value, 2).ok()) << value.substr(0, 50);
  }
  EXPECT_TRUE(ParseSourceHeader("J;1;2;0,1", 2).ok());
}

}  // namespace
}  // namespace vedette::model
