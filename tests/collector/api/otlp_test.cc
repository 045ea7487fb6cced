#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/codec/compress.h"
#include "tests/collector/api/api_fixture.h"
#include "tests/collector/api/fake_samples.h"
#include "tests/support/metric_value.h"

namespace vedette::test {
namespace {

using base::http::Response;

class OtlpApi : public ApiTest {
 protected:
  OtlpApi() {
    api::OtlpDeps deps;
    deps.sink = &sink_;
    deps.options = [this] { return options_; };
    deps.max_decoded_bytes = 1 << 20;
    deps.telemetry = &telemetry_;
    deps.note_families = [this](const auto& families) { families_ = families; };
    api::RegisterOtlpMetrics(&router_, deps);
    sink_.stats_.accepted = 1;
  }

  Response Post(const std::string& type, const std::string& body, const std::string& coding = "") {
    Ask ask{"POST", "/api/v1/otlp/v1/metrics", {}, body};
    ask.headers.Set("Content-Type", type);
    if (!coding.empty()) ask.headers.Set("Content-Encoding", coding);
    return Call(ask);
  }
  Response PostJson(const std::string& body) {
    return Post("application/json; charset=utf-8", body);
  }

  FakeSamples sink_;
  base::Telemetry telemetry_;
  model::otlp::TranslatorOptions options_;
  std::vector<model::otlp::FamilyMetadata> families_;
};

std::string Metrics(const std::string& metrics) {
  return R"({"resourceMetrics":[{"scopeMetrics":[{"metrics":[)" + metrics + "]}]}]}";
}
constexpr char kGauge[] =
    R"({"name":"temp","description":"d","gauge":{"dataPoints":[{"timeUnixNano":"5000000","asInt":"7"}]}})";
constexpr char kNameless[] = R"({"name":"$","gauge":{"dataPoints":[{"asInt":"7"}]}})";

TEST_F(OtlpApi, AnswersOnceDurable) {
  EXPECT_EQ(RouteOf("POST", "/api/v1/otlp/v1/metrics").scope, base::http::Scope::kPush);
  const Response response = PostJson(Metrics(kGauge));
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(response.body, "{}");
  EXPECT_EQ(response.headers.Get("Content-Type"), "application/json");
  ASSERT_EQ(sink_.rows_.size(), 1u);
  EXPECT_EQ(sink_.rows_[0].labels, (model::Labels{{"__name__", "temp"}}));
  EXPECT_EQ(sink_.rows_[0].timestamp_ms, 5);
  EXPECT_EQ(sink_.rows_[0].value, 7);
  ASSERT_EQ(families_.size(), 1u);
  EXPECT_EQ(families_[0].metadata.help, "d");
  sink_.hold_ = true;
  EXPECT_EQ(PostJson(Metrics(kGauge)).status, 0);
}

TEST_F(OtlpApi, ProtobufAndCodingsAreTaken) {
  // resource_metrics { scope_metrics { metrics { name: "t" gauge { data_points { as_double: 1 } } }
  // } }
  const std::string body(
      "\x0a\x16\x12\x14\x12\x12\x0a\x01t\x2a\x0d\x0a\x0b\x21\0\0\0\0\0\0\xf0\x3f\x40\0", 24);
  const Response response = Post("application/x-protobuf", base::GzipCompress(body), "gzip");
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(response.body, "");
  EXPECT_EQ(response.headers.Get("Content-Type"), "application/x-protobuf");
  ASSERT_EQ(sink_.rows_.size(), 1u);
  EXPECT_EQ(sink_.rows_[0].value, 1);
}

TEST_F(OtlpApi, PartOfARequestIsTaken) {
  const std::string body = Metrics(std::string(kGauge) + "," + kNameless);
  const Response response = PostJson(body);
  EXPECT_EQ(MetricValue(telemetry_, "vedette_otlp_bytes_total"), static_cast<double>(body.size()));
  EXPECT_EQ(MetricValue(telemetry_, "vedette_otlp_samples_total"), 1);
  EXPECT_EQ(
      MetricValue(telemetry_, "vedette_otlp_samples_rejected_total", {{"reason", "unusable"}}), 1);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(
      response.body,
      "{\"partialSuccess\":{\"rejectedDataPoints\":\"1\",\"errorMessage\":\"metric \\\"$\\\": "
      "metric name \\\"$\\\" becomes \\\"\\\", which is no name\"}}");
  sink_.stats_.out_of_order = 2;
  sink_.stats_.first_error = "temp is too old";
  const Response old = PostJson(Metrics(std::string(kGauge) + "," + kNameless));
  EXPECT_NE(old.body.find("\"rejectedDataPoints\":\"3\""), std::string::npos) << old.body;
  EXPECT_NE(old.body.find("; temp is too old"), std::string::npos) << old.body;
}

TEST_F(OtlpApi, ARequestOfWhichNothingCanBeTakenIsRefused) {
  const Response response = PostJson(Metrics(kNameless));
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.body,
            "{\"code\":3,\"message\":\"metric \\\"$\\\": metric name \\\"$\\\" becomes \\\"\\\", "
            "which is no name\"}");
  sink_.stats_.accepted = 0;
  sink_.stats_.duplicate = 1;
  sink_.stats_.first_error = "another value";
  EXPECT_EQ(PostJson(Metrics(kGauge)).status, 400);
}

TEST_F(OtlpApi, BadBytesAreRefusedInTheirEncoding) {
  const Response json = PostJson("{");
  EXPECT_EQ(json.status, 400);
  EXPECT_EQ(json.body.substr(0, 39), "{\"code\":3,\"message\":\"OTLP metrics: not ");
  const Response protobuf = Post("application/x-protobuf", "\x0a\x7f");
  EXPECT_EQ(protobuf.status, 400);
  EXPECT_EQ(protobuf.body.substr(0, 3), std::string("\x08\x03\x12", 3));
  EXPECT_EQ(Post("application/x-protobuf", "no gzip", "gzip").status, 400);
  const Response type = Post("text/plain", "");
  EXPECT_EQ(type.status, 415);
  EXPECT_EQ(type.body,
            "found content type \"text/plain\"; allowed are application/x-protobuf and "
            "application/json\n");
}

TEST_F(OtlpApi, ABodyThatUnpacksToMuchIsRefused) {
  const std::string bomb = base::GzipCompress(std::string(8 << 20, ' '));
  ASSERT_LT(bomb.size(), 100'000u);
  EXPECT_EQ(Post("application/json", bomb, "gzip").status, 413);
  EXPECT_EQ(Post("application/x-protobuf", bomb, "gzip").status, 413);
}

TEST_F(OtlpApi, AStoreThatCannotTakeNowIsAskedLater) {
  sink_.append_error_ = base::Unavailable("the log is replayed");
  const Response response = PostJson(Metrics(kGauge));
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.headers.Get("Retry-After"), "1");
  EXPECT_EQ(response.body, "{\"code\":14,\"message\":\"the log is replayed\"}");
  sink_.append_error_ = {};
  sink_.stats_.refused = 1;
  EXPECT_EQ(PostJson(Metrics(kGauge)).status, 503);
  sink_.stats_.refused = 0;
  sink_.durable_ = base::Unavailable("no space");
  EXPECT_EQ(PostJson(Metrics(kGauge)).status, 503);
}

TEST_F(OtlpApi, SettingsAreThoseOfTheMoment) {
  const std::string metric = R"({"name":"a.b","gauge":{"dataPoints":[{"asInt":1}]}})";
  PostJson(Metrics(metric));
  EXPECT_EQ(sink_.rows_.at(0).labels.MetricName(), "a_b");
  options_.settings.strategy = model::otlp::Strategy::kNoTranslation;
  PostJson(Metrics(metric));
  EXPECT_EQ(sink_.rows_.at(0).labels.MetricName(), "a.b");
}

}  // namespace
}  // namespace vedette::test
