#include "model/remote_read.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/codec/compress.h"
#include "tests/collector/api/api_fixture.h"
#include "tests/collector/api/fake_series.h"

namespace vedette::test {
namespace {

using base::http::Response;
using base::http::Scope;

class RemoteReadApi : public ApiTest {
 protected:
  RemoteReadApi() {
    series_.series_ = {{model::Labels{{"__name__", "up"}, {"job", "a"}}, {10, 20}, {1, 0}},
                       {model::Labels{{"__name__", "up"}, {"site", "own"}}, {10}, {1}}};
    api::RemoteReadDeps deps;
    deps.metrics = &series_;
    deps.external_labels = [] { return model::Labels{{"site", "here"}}; };
    deps.max_samples = 3;
    deps.max_bytes = 200;
    api::RegisterRemoteRead(&router_, deps);
  }

  static Ask Of(model::RemoteReadAnswer answer, std::vector<model::Matcher> matchers) {
    model::RemoteReadRequest request;
    request.queries.push_back({1, 99, std::move(matchers)});
    request.answer = answer;
    Ask ask{"POST", "/api/v1/read", {}, base::SnappyCompress(model::EncodeRemoteRead(request))};
    ask.headers.Set("Content-Encoding", "snappy");
    return ask;
  }
  static Ask Samples(std::vector<model::Matcher> matchers) {
    return Of(model::RemoteReadAnswer::kSamples, std::move(matchers));
  }
  FakeSeries series_;
};

TEST_F(RemoteReadApi, SamplesComeInOneMessage) {
  EXPECT_EQ(RouteOf("POST", "/api/v1/read").scope, Scope::kRead);
  const Response response = Call(Samples({model::Matcher::Equal("job", "a")}));
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(response.headers.Get("Content-Type"), "application/x-protobuf");
  EXPECT_EQ(response.headers.Get("Content-Encoding"), "snappy");
  EXPECT_EQ(series_.asked_.min_ms, 1);
  EXPECT_EQ(series_.asked_.max_ms, 99);
  model::ReadResponseWriter expected;
  expected.BeginQuery();
  expected.Add(
      {model::Labels{{"__name__", "up"}, {"job", "a"}, {"site", "here"}}, {10, 20}, {1, 0}});
  expected.EndQuery();
  EXPECT_EQ(*base::SnappyDecompress(response.body, 1 << 20), expected.Take());
}

TEST_F(RemoteReadApi, ChunksComeAsAStream) {
  const Response response =
      Call(Of(model::RemoteReadAnswer::kStreamedXorChunks, {model::Matcher::Equal("job", "a")}));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.Get("Content-Type"),
            "application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse");
  model::ChunkedReadWriter expected;
  expected.Add(
      0, {model::Labels{{"__name__", "up"}, {"job", "a"}, {"site", "here"}}, {10, 20}, {1, 0}});
  EXPECT_EQ(response.body, expected.Take());
}

TEST_F(RemoteReadApi, ExternalLabelsAreNotAskedOfTheStore) {
  Call(Samples({model::Matcher::Equal("site", "here"), model::Matcher::Equal("job", "a")}));
  EXPECT_EQ(series_.asked_.matchers[0].ToString(), "site=\"\"");
  EXPECT_EQ(series_.asked_.matchers[1].ToString(), "job=\"a\"");
  Call(Samples({model::Matcher::Equal("site", "own")}));
  EXPECT_EQ(series_.asked_.matchers[0].ToString(), "site=\"own\"");
}

TEST_F(RemoteReadApi, WhatIsTooLargeIsRefusedWithTheLimit) {
  series_.series_[0].timestamps_ms = {1, 2, 3, 4};
  series_.series_[0].values = {1, 2, 3, 4};
  Response response = Call(Samples({}));
  EXPECT_EQ(response.status, 413);
  EXPECT_EQ(response.body,
            "remote read: answer of more than 3 samples; ask for fewer series or a shorter time\n");
  series_.series_ = {{model::Labels{{"__name__", std::string(300, 'x')}}, {1}, {1}}};
  EXPECT_EQ(Call(Samples({})).status, 413);
}

TEST_F(RemoteReadApi, BadRequestsAndFailuresAreTold) {
  Ask ask = Samples({});
  ask.body = "x";
  EXPECT_EQ(Call(ask).status, 400);
  ask.body = base::SnappyCompress("\x0a\xff");
  EXPECT_EQ(Call(ask).status, 400);
  ask.headers.Set("Content-Encoding", "gzip");
  EXPECT_EQ(Call(ask).status, 415);
  series_.error_ = base::Internal("broken");
  EXPECT_EQ(Call(Samples({})).status, 500);
  series_.error_ = base::Unavailable("opening");
  EXPECT_EQ(Call(Samples({})).status, 503);
}

}  // namespace
}  // namespace vedette::test
