#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/strings.h"
#include "model/otlp/log_streams.h"

namespace vedette::model::otlp {
namespace {

constexpr int64_t kNowNs = 42;

struct Read {
  base::Status status;
  LogPush push;
  LogPushRefusals refused;
};

Read FromJson(std::string_view body) {
  LogStreams streams(kNowNs);
  base::Status status = DecodeLogsJson(body, &streams);
  return {status, streams.Take(), streams.refused()};
}

Read FromProtobuf(std::string_view body) {
  LogStreams streams(kNowNs);
  base::Status status = DecodeLogsProtobuf(body, &streams);
  return {status, streams.Take(), streams.refused()};
}

// {"resourceLogs":[...]} of one resource with these attributes and one scope with these records.
std::string Request(std::string_view attributes, std::string_view records) {
  return base::Concat({R"({"resourceLogs":[{"resource":{"attributes":[)", attributes,
                       R"(]},"scopeLogs":[{"scope":{"name":"sc","version":"1"},"logRecords":[)",
                       records, "]}]}]}"});
}

TEST(OtlpLogs, NamesOfTheResourceAreLabelsAndTheRestIsMetadata) {
  const Read read = FromJson(Request(
      R"({"key":"service.name","value":{"stringValue":"otel1"}},
         {"key":"k8s.pod.name","value":{"stringValue":"p"}},
         {"key":"host.name","value":{"stringValue":"h"}})",
      R"({"timeUnixNano":"1795226940000000000","severityNumber":17,"severityText":"ERROR",
          "body":{"stringValue":"otel body"},"flags":1,"observedTimeUnixNano":"7",
          "attributes":[{"key":"k.x","value":{"intValue":"5"}}],
          "traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"eee19b7ec3c1b174"})"));
  ASSERT_TRUE(read.status.ok()) << read.status;
  ASSERT_EQ(read.push.streams.size(), 1u);
  const LogStream& stream = read.push.streams[0];
  EXPECT_EQ(stream.labels.ToString(), R"({k8s_pod_name="p", service_name="otel1"})");
  ASSERT_EQ(stream.entries.size(), 1u);
  EXPECT_EQ(stream.entries[0].timestamp_ns, 1795226940000000000);
  EXPECT_EQ(stream.entries[0].line, "otel body");
  EXPECT_EQ(stream.entries[0].metadata.ToString(),
            R"({flags="1", host_name="h", k_x="5", observed_timestamp="7", scope_name="sc", )"
            R"(scope_version="1", severity_number="17", severity_text="ERROR", )"
            R"(span_id="eee19b7ec3c1b174", trace_id="5b8efff798038103d269b633813fc60c"})");
}

TEST(OtlpLogs, MapsAmongAttributesAreTakenApartAndABodyOfOneIsJson) {
  const Read read = FromJson(Request("", R"({"timeUnixNano":"9",
      "body":{"kvlistValue":{"values":[{"key":"b","value":{"intValue":"1"}},
                                       {"key":"a","value":{"arrayValue":{"values":[{"boolValue":true}]}}}]}},
      "attributes":[{"key":"m","value":{"kvlistValue":{"values":[
        {"key":"x","value":{"stringValue":"1"}},
        {"key":"y","value":{"kvlistValue":{"values":[{"key":"z","value":{"intValue":"2"}}]}}}]}}}]})"));
  ASSERT_EQ(read.push.streams.size(), 1u);
  const LogEntry& entry = read.push.streams[0].entries.at(0);
  EXPECT_EQ(entry.line, R"({"a":[true],"b":1})");
  EXPECT_EQ(entry.metadata.Get("m_x"), "1");
  EXPECT_EQ(entry.metadata.Get("m_y_z"), "2");
}

TEST(OtlpLogs, TheRecordsOwnAttributeComesBeforeTheScopesAndTheResources) {
  const Read read = FromJson(
      R"({"resourceLogs":[{"resource":{"attributes":[{"key":"a","value":{"stringValue":"resource"}},
                                                    {"key":"b","value":{"stringValue":"resource"}}]},
          "scopeLogs":[{"scope":{"attributes":[{"key":"b","value":{"stringValue":"scope"}}]},
                        "logRecords":[{"timeUnixNano":1,"attributes":[{"key":"a","value":{"stringValue":"record"}}]}]},
                       {"logRecords":[{"timeUnixNano":2}]}]}]})");
  ASSERT_EQ(read.push.streams.size(), 1u);
  const auto& entries = read.push.streams[0].entries;
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].metadata.ToString(), R"({a="record", b="scope"})");
  EXPECT_EQ(entries[1].metadata.ToString(), R"({a="resource", b="resource"})");
}

TEST(OtlpLogs, ATimeIsTheRecordsElseWhenItWasObservedElseNow) {
  const Read read = FromJson(Request("", R"({"timeUnixNano":"5","observedTimeUnixNano":"6"},
                                            {"observedTimeUnixNano":6},{})"));
  const auto& entries = read.push.streams.at(0).entries;
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[0].timestamp_ns, 5);
  EXPECT_EQ(entries[1].timestamp_ns, 6);
  EXPECT_EQ(entries[2].timestamp_ns, kNowNs);
}

TEST(OtlpLogs, SeverityByNameAsByNumber) {
  const Read read = FromJson(Request("", R"({"severityNumber":"SEVERITY_NUMBER_WARN2"},
                                            {"severityNumber":"14"},
                                            {"severityNumber":"SEVERITY_NUMBER_UNSPECIFIED"})"));
  const auto& entries = read.push.streams.at(0).entries;
  EXPECT_EQ(entries.at(0).metadata.Get("severity_number"), "14");
  EXPECT_EQ(entries.at(1).metadata.Get("severity_number"), "14");
  EXPECT_EQ(entries.at(2).metadata.Get("severity_number"), "");
}

TEST(OtlpLogs, ABadRecordHarmsItselfAlone) {
  const Read read = FromJson(Request("", R"({"timeUnixNano":"18446744073709551615"},
                                            {"timeUnixNano":"1","body":{"stringValue":"good"}})"));
  ASSERT_TRUE(read.status.ok());
  ASSERT_EQ(read.push.streams.size(), 1u);
  EXPECT_EQ(read.push.streams[0].entries.size(), 1u);
  EXPECT_EQ(read.refused.entries, 1u);
  EXPECT_EQ(read.refused.first, "OTLP logs: timeUnixNano 18446744073709551615 is out of range");
}

// A small request may say of every record what its resource said once.
TEST(OtlpLogs, WhatARequestGrowsToIsBounded) {
  std::string records = "{}";
  for (int i = 0; i < 20'000; ++i) records += ",{}";
  std::string many;
  for (int i = 0; i < 129; ++i) {
    many += base::Concat({many.empty() ? "" : ",", R"({"key":"a)", std::to_string(i),
                          R"(","value":{"intValue":1}})"});
  }
  const Read refused = FromJson(Request(many, records));
  EXPECT_TRUE(refused.push.streams.empty());
  EXPECT_EQ(refused.refused.entries, 20'001u);
  EXPECT_EQ(refused.refused.first, "OTLP logs: resource or scope has more than 128 attributes");
  const std::string value(60'000, 'x');
  const Read grown = FromJson(
      Request(base::Concat({R"({"key":"a","value":{"stringValue":")", value, R"("}})"}), records));
  EXPECT_EQ(base::Message(grown.status), "request has more bytes than 268435456");
  const std::string name(5000, 'k');
  EXPECT_EQ(
      base::Message(
          FromJson(Request(base::Concat({R"({"key":")", name, R"(","value":{}})"}), "{}")).status),
      "OTLP logs: bytes of an attribute's key: more than 4096");
}

TEST(OtlpLogs, WhatIsNoRequestIsRefusedWithTheFieldsName) {
  const struct {
    std::string_view body, message;
  } cases[] = {
      {"[]", "OTLP logs: the body must be an object"},
      {R"({"resourceLogs":1})", "OTLP logs: resourceLogs must be a list"},
      {R"({"resourceLogs":[1]})", "OTLP logs: resourceLogs must be a list of objects"},
      {R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"x"}]}]}]})",
       "OTLP logs: timeUnixNano must be a whole number, as number or text"},
      {R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[{"traceId":"xyz1"}]}]}]})",
       "OTLP logs: traceId must be bytes in hexadecimal"},
      {R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[{"severityNumber":"LOUD"}]}]}]})",
       "OTLP logs: severityNumber must be a whole number, as number or text"},
      {R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[{"severityNumber":"SEVERITY_NUMBER_X"}]}]}]})",
       "OTLP logs: severityNumber must be a number or a name such as SEVERITY_NUMBER_ERROR"},
  };
  for (const auto& c : cases)
    EXPECT_EQ(base::Message(FromJson(c.body).status), c.message) << c.body;
  EXPECT_TRUE(base::StartsWith(base::Message(FromJson("{").status), "OTLP logs: not JSON: "));
  EXPECT_TRUE(base::StartsWith(base::Message(FromProtobuf("\x0a\x05x").status),
                               "OTLP logs: not an ExportLogsServiceRequest: "));
}

std::string Bytes(int field, const std::string& body) {
  return std::string(1, static_cast<char>(field << 3 | 2)) +
         std::string(1, static_cast<char>(body.size())) + body;
}
std::string Text(const std::string& text) { return Bytes(1, text); }
std::string Attribute(const std::string& key, const std::string& any) {
  return Bytes(1, key) + Bytes(2, any);
}

TEST(OtlpLogs, ProtobufSaysWhatJsonSays) {
  const std::string time{"\x09\x2a\0\0\0\0\0\0\0", 9};
  const std::string record = time + std::string("\x10\x11", 2) + Bytes(3, "ERROR") +
                             Bytes(5, Text("line")) + Bytes(6, Attribute("k.x", Text("v"))) +
                             Bytes(9, std::string("\x01\xab", 2)) +
                             Bytes(10, std::string("\xff", 1));
  const std::string scope = Bytes(1, Bytes(1, "sc") + Bytes(2, "1")) + Bytes(2, record);
  // What a resource says of itself may come last.
  const std::string body =
      Bytes(1, Bytes(2, scope) + Bytes(1, Bytes(1, Attribute("service.name", Text("s")))));
  const Read protobuf = FromProtobuf(body);
  ASSERT_TRUE(protobuf.status.ok()) << protobuf.status;
  const Read json = FromJson(Request(
      R"({"key":"service.name","value":{"stringValue":"s"}})",
      R"({"timeUnixNano":"42","severityNumber":17,"severityText":"ERROR","body":{"stringValue":"line"},
          "attributes":[{"key":"k.x","value":{"stringValue":"v"}}],"traceId":"01ab","spanId":"ff"})"));
  ASSERT_EQ(protobuf.push.streams.size(), 1u);
  const LogStream& one = protobuf.push.streams[0];
  const LogStream& other = json.push.streams.at(0);
  EXPECT_EQ(one.labels, other.labels);
  ASSERT_EQ(one.entries.size(), 1u);
  EXPECT_EQ(one.entries[0].timestamp_ns, other.entries.at(0).timestamp_ns);
  EXPECT_EQ(one.entries[0].line, other.entries[0].line);
  EXPECT_EQ(one.entries[0].metadata.ToString(), other.entries[0].metadata.ToString());
}

}  // namespace
}  // namespace vedette::model::otlp
