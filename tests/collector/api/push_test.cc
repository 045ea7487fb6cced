#include "base/codec/compress.h"
#include "base/strings.h"
#include "model/log_push.h"
#include "model/remote_write.h"
#include "model/source_header.h"
#include "model/wire_batch.h"
#include "tests/collector/api/api_fixture.h"
#include "tests/collector/api/fake_samples.h"
#include "tests/support/metric_value.h"

namespace vedette::test {
namespace {

using base::http::Response;
using base::http::Scope;

class RemoteWriteApi : public ApiTest {
 protected:
  RemoteWriteApi() {
    api::RegisterRemoteWrite(&router_, {&sink_, 1 << 20, &telemetry_, [this](const auto& batch) {
                                          families_ += static_cast<int>(batch.metadata_count());
                                        }});
  }
  Ask Good() const {
    model::SeriesSamples series;
    series.labels = model::Labels{{"__name__", "up"}, {"job", "a"}};
    series.timestamps_ms = {1000};
    series.values = {2.5};
    Ask ask{
        "POST", "/api/v1/write", {}, base::SnappyCompress(model::EncodeRemoteWrite({&series, 1}))};
    ask.headers.Set("Content-Type", "application/x-protobuf");
    ask.headers.Set("Content-Encoding", "snappy");
    return ask;
  }
  double Metric(const std::string& name, const base::Telemetry::LabelPairs& labels = {}) const {
    return MetricValue(telemetry_, "vedette_remote_write_" + name, labels).value_or(-1);
  }

  FakeSamples sink_;
  base::Telemetry telemetry_;
  int families_ = 0;  // whose metadata was noted
};

TEST_F(RemoteWriteApi, WhatIsLostIsCountedByItsReason) {
  Ask ask = Good();
  const size_t bytes = base::SnappyDecompress(ask.body, 1 << 20)->size();
  sink_.stats_.accepted = 4;
  sink_.stats_.out_of_order = 1;
  sink_.stats_.duplicate = 2;
  sink_.stats_.invalid = 3;
  sink_.stats_.exemplars_dropped = 5;
  EXPECT_EQ(Call(ask).status, 400);
  sink_.stats_ = {};
  sink_.stats_.refused = 7;
  EXPECT_EQ(Call(ask).status, 503);
  ask.headers.Set("Content-Encoding", "gzip");
  EXPECT_EQ(Call(ask).status, 415);
  EXPECT_EQ(Metric("requests_total"), 3);
  EXPECT_EQ(Metric("requests_refused_total", {{"code", "400"}}), 1);
  EXPECT_EQ(Metric("requests_refused_total", {{"code", "415"}}), 1);
  EXPECT_EQ(Metric("requests_refused_total", {{"code", "503"}}), 1);
  EXPECT_EQ(Metric("bytes_total"), static_cast<double>(2 * bytes));
  EXPECT_EQ(Metric("samples_total"), 4);
  EXPECT_EQ(Metric("samples_rejected_total", {{"reason", "out_of_order"}}), 1);
  EXPECT_EQ(Metric("samples_rejected_total", {{"reason", "duplicate"}}), 2);
  EXPECT_EQ(Metric("samples_rejected_total", {{"reason", "invalid"}}), 3);
  EXPECT_EQ(Metric("samples_rejected_total", {{"reason", "refused"}}), 7);
  EXPECT_EQ(Metric("exemplars_rejected_total"), 5);
}

TEST_F(RemoteWriteApi, MetadataOfWhatWasTakenIsNoted) {
  model::WireSeries series;
  series.labels = model::Labels{{"__name__", "up"}, {"job", "b"}};
  series.samples = {{1000, 2.5}};
  series.metadata = {"gauge", "Whether it is up.", ""};
  Ask ask = Good();
  EXPECT_EQ(Call(ask).status, 204);
  EXPECT_EQ(families_, 0);
  ask.body = base::SnappyCompress(model::EncodeRemoteWriteV1({&series, 1}));
  EXPECT_EQ(Call(ask).status, 204);
  EXPECT_EQ(families_, 1);
  ask.body = base::SnappyCompress(model::EncodeRemoteWriteV2({&series, 1}));
  ask.headers.Set("Content-Type", "application/x-protobuf;proto=io.prometheus.write.v2.Request");
  EXPECT_EQ(Call(ask).status, 204);
  EXPECT_EQ(families_, 2);
  sink_.append_error_ = base::Unavailable("disk is full");
  EXPECT_EQ(Call(ask).status, 503);
  EXPECT_EQ(families_, 2);
}

TEST_F(RemoteWriteApi, StoresAndAnswersOnceDurable) {
  EXPECT_EQ(RouteOf("POST", "/api/v1/write").scope, Scope::kPush);
  EXPECT_EQ(Call(Good()).status, 204);
  ASSERT_EQ(sink_.rows_.size(), 1u);
  EXPECT_EQ(sink_.rows_[0].labels.Get("job"), "a");
  EXPECT_EQ(sink_.rows_[0].value, 2.5);
  sink_.hold_ = true;
  EXPECT_EQ(Call(Good()).status, 0);  // nothing is answered before the disk has it
}

TEST_F(RemoteWriteApi, TheContentTypeSaysWhichVersion) {
  Ask ask = Good();
  for (const char* type :
       {"", "application/x-protobuf", "application/x-protobuf; proto=prometheus.WriteRequest"}) {
    ask.headers.Set("Content-Type", type);
    const Response response = Call(ask);
    EXPECT_EQ(response.status, 204) << type;
    EXPECT_FALSE(response.headers.Has("X-Prometheus-Remote-Write-Samples-Written")) << type;
  }
  model::WireSeries series;
  series.labels = model::Labels{{"__name__", "up"}, {"job", "b"}};
  series.samples = {{1000, 2.5}};
  ask.body = base::SnappyCompress(model::EncodeRemoteWriteV2({&series, 1}));
  ask.headers.Set("Content-Type", "application/x-protobuf;proto=io.prometheus.write.v2.Request");
  sink_.stats_.accepted = 3;
  sink_.stats_.histograms = 1;
  sink_.stats_.exemplars = 4;
  const Response response = Call(ask);
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(response.headers.Get("X-Prometheus-Remote-Write-Samples-Written"), "2");
  EXPECT_EQ(response.headers.Get("X-Prometheus-Remote-Write-Histograms-Written"), "1");
  EXPECT_EQ(response.headers.Get("X-Prometheus-Remote-Write-Exemplars-Written"), "4");
  ASSERT_EQ(sink_.rows_.size(), 1u);
  EXPECT_EQ(sink_.rows_[0].labels, series.labels);
}

TEST_F(RemoteWriteApi, CountsComeWithEveryAnswerOfVersion2) {
  Ask ask = Good();
  ask.headers.Set("Content-Type", "application/x-protobuf;proto=io.prometheus.write.v2.Request");
  const auto written = [](const Response& response) {
    return std::string(response.headers.Get("X-Prometheus-Remote-Write-Samples-Written"));
  };
  ask.body = "x";
  EXPECT_EQ(Call(ask).status, 400);
  EXPECT_EQ(written(Call(ask)), "0");
  ask.body = base::SnappyCompress("");
  sink_.stats_.accepted = 5;
  sink_.stats_.invalid = 2;
  sink_.stats_.out_of_order = 1;
  sink_.stats_.first_error = "why";
  const Response partial = Call(ask);
  EXPECT_EQ(partial.status, 400);
  EXPECT_EQ(partial.body, "stored 5 of 8 samples: 1 too old, 2 invalid; first: why\n");
  EXPECT_EQ(written(partial), "5");
  sink_.durable_ = base::Internal("fsync");
  EXPECT_EQ(Call(ask).status, 503);
  EXPECT_EQ(written(Call(ask)), "0");  // who can say what the disk has
}

TEST_F(RemoteWriteApi, RefusesOtherTypesAndCodings) {
  for (const char* type : {"application/json", "text/plain",
                           "application/x-protobuf;proto=io.prometheus.write.v3.Request"}) {
    Ask ask = Good();
    ask.headers.Set("Content-Type", type);
    EXPECT_EQ(Call(ask).status, 415) << type;
  }
  Ask ask = Good();
  ask.headers.Set("Content-Encoding", "gzip");
  const Response response = Call(ask);
  EXPECT_EQ(response.status, 415);
  EXPECT_EQ(response.body, "found content encoding \"gzip\"; allowed is snappy\n");
  ask.headers.Remove("Content-Encoding");
  EXPECT_EQ(Call(ask).status, 204);
}

TEST_F(RemoteWriteApi, WhatIsTooLargeIs413) {
  Ask ask = Good();
  ask.body = base::SnappyCompress(std::string(2 << 20, '\0'));
  EXPECT_EQ(Call(ask).status, 413);
}

TEST_F(RemoteWriteApi, BadBodiesAre400AndStoreNothing) {
  for (const std::string& body :
       {std::string("x"), base::SnappyCompress("\x0a\xff"),
        base::SnappyCompress(std::string("\x0a\x04\x12\x02\x10\x01", 6))}) {
    Ask ask = Good();
    ask.body = body;
    const Response response = Call(ask);
    EXPECT_EQ(response.status, 400) << response.body;
    EXPECT_FALSE(response.body.empty());
  }
  EXPECT_TRUE(sink_.rows_.empty());
}

TEST_F(RemoteWriteApi, OldSamplesAre400AndCapsAndDisksAre503) {
  sink_.stats_.out_of_order = 1;
  sink_.stats_.first_error = "out of order sample of up";
  EXPECT_EQ(Call(Good()).status, 400);
  sink_.stats_.refused = 1;
  EXPECT_EQ(Call(Good()).status, 503);
  EXPECT_EQ(Call(Good()).headers.Get("Retry-After"), "1");
  sink_.stats_ = {};
  sink_.durable_ = base::Internal("fsync: Input/output error");
  EXPECT_EQ(Call(Good()).status, 503);
  sink_.append_error_ = base::Unavailable("disk is full");
  EXPECT_EQ(Call(Good()).status, 503);
}

class FakeLogSink final : public model::LogSink {
 public:
  void Push(model::LogPush push, std::function<void(const base::Status&)> done) override {
    push_ = std::move(push);
    ++pushes_;
    done(status_);
  }
  model::LogPush push_;
  int pushes_ = 0;
  base::Status status_;
};

class LokiPushApi : public ApiTest {
 protected:
  LokiPushApi() {
    api::RegisterLokiPush(&router_, {&sink_, 1 << 20, nullptr});
    api::RegisterOtlpLogs(&router_, {&sink_, 1 << 20, nullptr, "unknown", &clock_});
  }
  Response Otlp(const std::string& body, const std::string& type = "application/json") {
    Ask ask{"POST", "/otlp/v1/logs", {}, body};
    ask.headers.Set("Content-Type", type);
    return Call(ask);
  }
  Response Json(const std::string& body, const std::string& encoding = "") {
    Ask ask{"POST", "/loki/api/v1/push", {}, body};
    ask.headers.Set("Content-Type", "application/json; charset=utf-8");
    if (!encoding.empty()) ask.headers.Set("Content-Encoding", encoding);
    return Call(ask);
  }
  FakeLogSink sink_;
};

constexpr char kPush[] =
    R"({"streams":[{"stream":{"app":"g1"},"values":[["1795226940000000000","a"],)"
    R"(["1795226941000000000","b",{"trace_id":"t1"}]]}]})";

TEST_F(LokiPushApi, JsonPlainAndGzip) {
  EXPECT_EQ(RouteOf("POST", "/loki/api/v1/push").scope, Scope::kPush);
  for (const bool gzip : {false, true}) {
    const Response response = gzip ? Json(base::GzipCompress(kPush), "gzip") : Json(kPush);
    EXPECT_EQ(response.status, 204) << response.body;
    EXPECT_EQ(response.body, "");
    ASSERT_EQ(sink_.push_.streams.size(), 1u);
    EXPECT_EQ(sink_.push_.streams[0].labels.ToString(), R"({app="g1", service_name="g1"})");
    ASSERT_EQ(sink_.push_.streams[0].entries.size(), 2u);
    EXPECT_EQ(sink_.push_.streams[0].entries[1].metadata.Get("trace_id"), "t1");
  }
  EXPECT_EQ(sink_.pushes_, 2);
}

TEST_F(LokiPushApi, ProtobufWithSource) {
  model::LogStream stream;
  stream.labels = model::Labels{{"host", "h"}};
  stream.entries = {{1, "a", {}}, {2, "b", {}}};
  Ask ask{
      "POST", "/loki/api/v1/push", {}, base::SnappyCompress(model::EncodeLogPush({&stream, 1}))};
  ask.headers.Set("Content-Type", "application/x-protobuf");
  ask.headers.Set("X-Vedette-Source", model::FormatSourceHeader({"journal:m:s", {7, 9}}));
  EXPECT_EQ(Call(ask).status, 204);
  ASSERT_EQ(sink_.push_.sources.size(), 1u);
  EXPECT_EQ(sink_.push_.sources[0].positions, (std::vector<uint64_t>{7, 9}));
  EXPECT_EQ(sink_.push_.streams[0].labels.Get("service_name"), "unknown_service");
  ask.headers.Set("X-Vedette-Source", model::FormatSourceHeader({"journal:m:s", {7}}));
  EXPECT_EQ(Call(ask).status, 400);
  EXPECT_EQ(sink_.pushes_, 1);
}

TEST_F(LokiPushApi, EntriesWithoutALevelGetOne) {
  const std::string body =
      R"({"streams":[{"stream":{"app":"a"},"values":[["1","[WARN] w"],["2","quiet"],)"
      R"(["3","x",{"detected_level":"ERR"}],["4","info",{"severity_number":"17","k":"v"}],)"
      R"(["5","x",{"detected_level":"odd"}]]},)"
      R"({"stream":{"app":"a","level":"notice"},"values":[["1","error"]]},)"
      R"({"stream":{"app":"a","detected_level":"info"},"values":[["1","error"]]}]})";
  ASSERT_EQ(Json(body).status, 204);
  std::vector<std::string> levels;
  for (const model::LogStream& stream : sink_.push_.streams) {
    for (const model::LogEntry& entry : stream.entries) {
      levels.emplace_back(entry.metadata.Get("detected_level"));
    }
  }
  EXPECT_EQ(levels, (std::vector<std::string>{"warn", "unknown", "error", "error", "odd", "notice",
                                              ""}));  // the last has it as a label
  EXPECT_EQ(sink_.push_.streams[0].entries[3].metadata.Get("k"), "v");
}

TEST_F(LokiPushApi, TheLevelOfTheEntryBeforeIsThatOfTheNextOnlyWhereMetadataTellsIt) {
  const std::string body =
      R"({"streams":[{"stream":{"app":"a"},"values":[["1","error",{"pid":"1"}],)"
      R"(["2","debug",{"pid":"1"}],["3","error",{"level":"warn"}],["4","debug",{"level":"warn"}],)"
      R"(["5","error",{"level":"INF"}],["6","error",{"pid":"1"}],["7","quiet",{"pid":"1"}],)"
      R"(["8","x",{"severity_number":"17"}],["9","x",{"severity_number":"1"}],["10","debug"],)"
      R"(["11","error"]]},{"stream":{"app":"b"},"values":[["1","debug",{"level":"warn"}]]},)"
      R"({"stream":{"app":"c","level":"error"},)"
      R"("values":[["1","x",{"level":"warn"}],["2","debug",{"level":"warn"}]]}]})";
  ASSERT_EQ(Json(body).status, 204);
  std::string levels;
  for (const model::LogStream& stream : sink_.push_.streams) {
    for (const model::LogEntry& entry : stream.entries) {
      levels.append(entry.metadata.Get("detected_level")).append(" ");
    }
  }
  EXPECT_EQ(levels,
            "error debug warn warn info error unknown error trace debug error warn error error ");
}

TEST_F(LokiPushApi, TheDefaultLevelIsSettable) {
  base::http::Router router;
  api::LokiPushDeps deps;
  deps.sink = &sink_;
  deps.default_level = "info";
  api::RegisterLokiPush(&router, deps);
  base::http::Request request;
  request.method = "POST";
  request.headers.Set("Content-Type", "application/json");
  request.body = kPush;
  router.Find("POST", "/loki/api/v1/push").route->handler(request, [](const Response&) {});
  ASSERT_EQ(sink_.push_.streams.size(), 1u);
  EXPECT_EQ(sink_.push_.streams[0].entries[0].metadata.Get("detected_level"), "info");
}

TEST_F(LokiPushApi, BadPushesStoreNothing) {
  const struct {
    const char* body;
    int status;
  } cases[] = {
      {R"({"streams":[]})", 422},
      {R"({"streams":[)", 400},
      {R"({"streams":[{"stream":{"a":"b"},"values":[[1,"x"]]}]})", 400},
      {R"({"streams":[{"stream":{"a-b":"c"},"values":[["1","x"]]}]})", 400},
      {R"({"streams":[{"stream":{"a":"c"},"values":[["1","x",{"k":{"z":1}}]]}]})", 400},
      {"", 400},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.body);
    const Response response = Json(c.body);
    EXPECT_EQ(response.status, c.status) << response.body;
    EXPECT_NE(response.body, "");
  }
  Ask no_type{"POST", "/loki/api/v1/push", {}, "x"};
  EXPECT_EQ(Call(no_type).body, "mime: no media type\n");
  no_type.headers.Set("Content-Type", "text/plain");
  EXPECT_EQ(Call(no_type).status, 400);
  EXPECT_EQ(Json(std::string(kPush), "br").status, 400);
  EXPECT_EQ(sink_.pushes_, 0);
}

TEST_F(LokiPushApi, TheStoresReasonsBecomeCodes) {
  sink_.status_ = base::InvalidArgument("entry too old");
  EXPECT_EQ(Json(kPush).status, 400);
  EXPECT_EQ(Json(kPush).body, "entry too old\n");
  sink_.status_ = base::Unavailable("disk is full");
  EXPECT_EQ(Json(kPush).status, 503);
  EXPECT_EQ(Json(kPush).headers.Get("Retry-After"), "1");
  sink_.status_ = base::ResourceExhausted("too many streams");
  EXPECT_EQ(Json(kPush).status, 429);
}

TEST_F(LokiPushApi, ABadLabelNameIsToldAsPrometheusParserWould) {
  const struct {
    const char* labels;
    const char* what;
  } cases[] = {
      {R"("a-b":"c")", "1:3: parse error: unexpected character inside braces: '-'"},
      {R"("z.z":"","b":"c\"","1a":"")",
       "1:2: parse error: unexpected character inside braces: '1'"},
      {R"("b.c":"d","a":"x\"y")", "1:13: parse error: unexpected character inside braces: '.'"},
      {R"("a b":"c")", R"(label name "a b" is not of the form [a-zA-Z_][a-zA-Z0-9_]*)"},
      {R"("":"c")", R"(label name "" is not of the form [a-zA-Z_][a-zA-Z0-9_]*)"},
  };
  for (const auto& [labels, what] : cases) {
    const Response response =
        Json(base::Concat({R"({"streams":[{"stream":{)", labels, R"(},"values":[["1","x"]]}]})"}));
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(response.body, base::Concat({"couldn't parse labels: ", what, "\n"}));
  }
}

TEST_F(LokiPushApi, WhatIsNoSnappyIsToldAsLokiDoes) {
  for (const char* const body : {"x", "\xff\xff\xff\xff\x0f", "\x01"}) {
    Ask ask{"POST", "/loki/api/v1/push", {}, body};
    ask.headers.Set("Content-Type", "application/x-protobuf");
    const Response response = Call(ask);
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(response.body, "snappy: corrupt input\n");
  }
}

TEST_F(LokiPushApi, TheGoodPartOfAPushIsStored) {
  const Response response = Json(R"({"streams":[{"stream":{"a-b":"c"},"values":[["1","x"]]},)"
                                 R"({"stream":{},"values":[["2","y"]]}]})");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.body,
            "couldn't parse labels: 1:3: parse error: unexpected character inside braces: '-'\n");
  EXPECT_EQ(sink_.pushes_, 1);
  ASSERT_EQ(sink_.push_.streams.size(), 1u);
  EXPECT_EQ(sink_.push_.streams[0].labels.ToString(), R"({service_name="unknown_service"})");
}

// Its positions are counted over all entries, and the sender looks for the bad one itself.
TEST_F(LokiPushApi, APushWithASourceIsTakenWholeOrNotAtAll) {
  Ask ask{"POST",
          "/loki/api/v1/push",
          {},
          R"({"streams":[{"stream":{"a-b":"c"},)"
          R"("values":[["1","x"]]},{"stream":{"a":"b"},)"
          R"("values":[["2","y"]]}]})"};
  ask.headers.Set("Content-Type", "application/json");
  ask.headers.Set("X-Vedette-Source", model::FormatSourceHeader({"journal:m:s", {7, 9}}));
  EXPECT_EQ(Call(ask).status, 400);
  EXPECT_EQ(sink_.pushes_, 0);
}

TEST_F(LokiPushApi, TheOldPathTakesTheSame) {
  Ask ask{"POST", "/api/prom/push", {}, kPush};
  ask.headers.Set("Content-Type", "application/json");
  EXPECT_EQ(Call(ask).status, 204);
  EXPECT_EQ(RouteOf("POST", "/api/prom/push").scope, Scope::kPush);
}

TEST_F(LokiPushApi, OtlpLogsBecomeStreamsWithServiceAndLevel) {
  EXPECT_EQ(RouteOf("POST", "/otlp/v1/logs").scope, Scope::kPush);
  const Response response =
      Otlp(R"({"resourceLogs":[{"resource":{"attributes":[{"key":"container.name",)"
           R"("value":{"stringValue":"c"}}]},"scopeLogs":[{"logRecords":[{"severityNumber":17,)"
           R"("body":{"stringValue":"x"}}]}]}]})");
  EXPECT_EQ(response.status, 204) << response.body;
  ASSERT_EQ(sink_.push_.streams.size(), 1u);
  EXPECT_EQ(sink_.push_.streams[0].labels.ToString(), R"({container_name="c", service_name="c"})");
  const model::LogEntry& entry = sink_.push_.streams[0].entries.at(0);
  EXPECT_EQ(entry.timestamp_ns, clock_.WallNanos());
  EXPECT_EQ(entry.metadata.ToString(), R"({detected_level="error", severity_number="17"})");
}

TEST_F(LokiPushApi, OtlpAnswersInItsOwnWords) {
  constexpr char kBad[] = R"({"timeUnixNano":"18446744073709551615"})";
  const auto body = [](const std::string& records) {
    return R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[)" + records + "]}]}]}";
  };
  const Response some = Otlp(body(std::string(kBad) + ",{}"));
  EXPECT_EQ(some.status, 200);
  EXPECT_EQ(some.body.substr(0, 59),
            R"({"partialSuccess":{"rejectedLogRecords":"1","errorMessage":)");
  EXPECT_EQ(sink_.pushes_, 1);
  EXPECT_EQ(Otlp(body(kBad)).status, 400);
  const Response bad = Otlp("{");
  EXPECT_EQ(bad.status, 400);
  EXPECT_EQ(bad.body.substr(0, 38), R"({"code":3,"message":"OTLP logs: not JS)");
  EXPECT_EQ(Otlp("x", "application/x-protobuf").headers.Get("Content-Type"),
            "application/x-protobuf");
  EXPECT_EQ(Otlp("x", "text/plain").status, 415);
  sink_.status_ = base::Unavailable("disk is full");
  EXPECT_EQ(Otlp(body("{}")).status, 503);
}

TEST_F(LokiPushApi, DecompressionIsBounded) {
  const std::string bomb = base::GzipCompress(std::string(2 << 20, ' '));
  EXPECT_EQ(Json(bomb, "gzip").status, 413);
}

}  // namespace
}  // namespace vedette::test
