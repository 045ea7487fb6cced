#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/codec/compress.h"
#include "collector/api/page_series.h"
#include "collector/api/push_group.h"
#include "tests/collector/api/api_fixture.h"
#include "tests/collector/api/fake_samples.h"
#include "tests/support/metric_value.h"

namespace vedette::test {
namespace {

using base::http::Response;

class TextPushApi : public ApiTest {
 protected:
  TextPushApi() {
    api::TextPushDeps deps;
    deps.sink = &sink_;
    deps.clock = &clock_;
    deps.max_decoded_bytes = 1 << 20;
    deps.telemetry = &telemetry_;
    deps.note_metadata = [this](const model::WireBatch& batch) {
      families_ += static_cast<int>(batch.metadata_count());
    };
    api::RegisterTextPush(&router_, deps);
  }

  Response Push(const std::string& body, const std::string& type = "",
                const std::string& path = "/metrics/job/backup",
                const std::string& method = "POST") {
    Ask ask{method, path, {}, body};
    if (!type.empty()) ask.headers.Set("Content-Type", type);
    return Call(ask);
  }

  FakeSamples sink_;
  base::Telemetry telemetry_;
  int families_ = 0;
};

TEST_F(TextPushApi, SamplesAreStoredOnceAtTheTimeOfThePush) {
  EXPECT_EQ(RouteOf("POST", "/metrics/job/x").scope, base::http::Scope::kPush);
  const Response response = Push(
      "# HELP took Seconds.\n# TYPE took gauge\ntook{job=\"own\",disk=\"a\"} 12.5\nrows 7 5000",
      "application/x-www-form-urlencoded", "/metrics/job/backup/host/h1");
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(response.body, "");
  ASSERT_EQ(sink_.rows_.size(), 2u);
  EXPECT_EQ(
      sink_.rows_[0].labels,
      (model::Labels{{"__name__", "took"}, {"disk", "a"}, {"host", "h1"}, {"job", "backup"}}));
  EXPECT_EQ(sink_.rows_[0].timestamp_ms, kNowMs);
  EXPECT_EQ(sink_.rows_[0].value, 12.5);
  EXPECT_EQ(sink_.rows_[1].timestamp_ms, 5000);
  EXPECT_EQ(families_, 1);
}

TEST_F(TextPushApi, AnswersOnceDurable) {
  sink_.hold_ = true;
  EXPECT_EQ(Push("a 1\n").status, 0);
}

TEST_F(TextPushApi, PutIsTakenAndOpenMetricsToo) {
  EXPECT_EQ(Push("a_total 1\n# EOF\n", "application/openmetrics-text; version=1.0.0",
                 "/metrics/job/b", "PUT")
                .status,
            200);
  EXPECT_EQ(sink_.rows_.size(), 1u);
  EXPECT_EQ(Push("a_total 1\n", "application/openmetrics-text; version=1.0.0").status, 400);
}

TEST_F(TextPushApi, AnEmptyPageStoresNothing) {
  EXPECT_EQ(Push("").status, 200);
  EXPECT_TRUE(sink_.rows_.empty());
}

struct BadPage {
  std::string page;
  std::string says;
};

TEST_F(TextPushApi, ABadPageIsRefusedWholeWithItsPlace) {
  const BadPage cases[] = {
      {"a 1\nb{x=\"1\"\n", "line 2, column"},
      {"a 1\nb nothing\n", "line 2, column 3"},
      {"a 1\na 2\n", "comes twice at one time"},
      {"<html></html>\n", "line 1, column 1"},
      {"a{x=\"" + std::string(70'000, 'v') + "\"} 1\nb 1\n", "label"},
      {"{\"\"} 1\n", ""},
  };
  for (const BadPage& bad : cases) {
    const Response response = Push(bad.page);
    EXPECT_EQ(response.status, 400) << bad.page.substr(0, 40);
    EXPECT_NE(response.body.find(bad.says), std::string::npos) << response.body;
    EXPECT_TRUE(sink_.rows_.empty()) << bad.page.substr(0, 40);
  }
}

// A text of a megabyte may stand before a hundred thousand series.
TEST_F(TextPushApi, WhatAFamilySaysIsKeptOnce) {
  const auto series =
      api::ReadPushedPage("# HELP a long\n# TYPE a gauge\na{x=\"1\"} 1\na{x=\"2\"} 1\nb 1\n",
                          model::exposition::Format::kText, {{"job", "b"}}, 1000);
  ASSERT_TRUE(series.ok()) << series.status();
  ASSERT_EQ(series->size(), 3u);
  EXPECT_EQ((*series)[0].metadata.help, "long");
  EXPECT_EQ((*series)[1].metadata.help, "");
  EXPECT_EQ((*series)[2].metadata.help, "");
}

TEST_F(TextPushApi, SamplesOfASeriesComeInAnyOrderButNoneTwice) {
  const auto status = [](std::string_view page) {
    return api::ReadPushedPage(page, model::exposition::Format::kText, {}, 1000).status();
  };
  EXPECT_TRUE(status("a 1 3\na 1 1\na 1 2\n").ok());
  EXPECT_FALSE(status("a 1 3\na 1 1\na 1 3\n").ok());
  EXPECT_FALSE(status("a 1\na 1 1000\n").ok());
}

TEST_F(TextPushApi, WhatTheStoreRefusesIsSaid) {
  sink_.stats_.accepted = 1;
  sink_.stats_.out_of_order = 1;
  sink_.stats_.first_error = "a is too old";
  const Response response = Push("a 1 1\nb 1\n");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.body, "1 of 2 samples are not stored; first: a is too old\n");
  EXPECT_EQ(MetricValue(telemetry_, "vedette_text_push_samples_total"), 1);
  EXPECT_EQ(MetricValue(telemetry_, "vedette_text_push_samples_rejected_total",
                        {{"reason", "out_of_order"}}),
            1);
  EXPECT_EQ(MetricValue(telemetry_, "vedette_text_push_bytes_total"), 10);
  sink_.append_error_ = base::Unavailable("disk is full");
  const Response later = Push("a 1\n");
  EXPECT_EQ(later.status, 503);
  EXPECT_EQ(later.headers.Get("Retry-After"), "1");
}

TEST_F(TextPushApi, ABodyThatUnpacksToMuchIsRefused) {
  Ask ask{"POST", "/metrics/job/b", {}, base::GzipCompress(std::string(4 << 20, '\n'))};
  ask.headers.Set("Content-Encoding", "gzip");
  EXPECT_EQ(Call(ask).status, 413);
}

TEST_F(TextPushApi, OtherPathsAreNamed) {
  const Response response = Push("a 1\n", "", "/metrics/jobs/b");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.body, "allowed are /metrics/job/NAME and /metrics/job/NAME/LABEL/VALUE ...\n");
  EXPECT_EQ(Push("a 1\n", "", "/metrics/job/b/__name__/x").status, 400);
}

TEST_F(TextPushApi, InfluxIsRefusedByName) {
  for (const std::string path : {"/write", "/api/v2/write"}) {
    const Response response = Push("cpu,host=a value=1", "", path);
    EXPECT_EQ(response.status, 404);
    EXPECT_NE(response.body.find("/api/v1/write"), std::string::npos);
    EXPECT_NE(response.body.find("/api/v1/otlp/v1/metrics"), std::string::npos);
  }
}

TEST(PushGroup, LabelsComeFromThePath) {
  struct Good {
    std::string path;
    api::PushGroup group;
  };
  const Good cases[] = {
      {"/metrics/job/a", {{"job", "a"}}},
      {"/metrics/job/a/", {{"job", "a"}}},
      {"/metrics/job/a%2Fb/path/x%20y", {{"job", "a/b"}, {"path", "x y"}}},
      {"/metrics/job@base64/YS9i/dir@base64/L3Zhcg==", {{"job", "a/b"}, {"dir", "/var"}}},
      {"/metrics/job/a/empty@base64/=", {{"job", "a"}, {"empty", ""}}},
  };
  for (const Good& good : cases) {
    const auto group = api::ParsePushPath(good.path);
    ASSERT_TRUE(group.ok()) << good.path << group.status();
    EXPECT_EQ(*group, good.group) << good.path;
  }
}

TEST(PushGroup, WhatIsNoGroupIsRefused) {
  for (const std::string path : {"/metrics", "/metrics/", "/metrics/job", "/metrics/job/",
                                 "/metrics/job/a/label", "/metrics/instance/a"}) {
    EXPECT_TRUE(absl::IsNotFound(api::ParsePushPath(path).status())) << path;
  }
  for (const std::string path :
       {"/metrics/job/a/job/b", "/metrics/job@base64/!", "/metrics/job@base64/YWJjZ",
        "/metrics/job/%ff", "/metrics/job/a//b", "/metrics/job/a/__name__/b",
        "/metrics/job/a/__meta/b", "/metrics/job@base64/="}) {
    EXPECT_TRUE(absl::IsInvalidArgument(api::ParsePushPath(path).status())) << path;
  }
}

}  // namespace
}  // namespace vedette::test
