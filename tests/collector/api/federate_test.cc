#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/memory_pool.h"
#include "model/exposition/protobuf_reader.h"
#include "tests/collector/api/api_fixture.h"
#include "tests/collector/api/fake_series.h"

namespace vedette::test {
namespace {

using base::http::Response;
using model::exposition::EntryKind;

model::HistogramSample HistogramAt(int64_t time_ms, model::Histogram histogram) {
  return {time_ms, 0, std::make_shared<const model::Histogram>(std::move(histogram))};
}

model::Histogram TwoBuckets() {
  model::Histogram h;
  h.schema = 1;
  h.zero_threshold = 0.001;
  h.count = 5;
  h.sum = 7.5;
  h.positive = {{{0, 2}}, {2, 1}, {}};
  return h;
}

class FederateApi : public ApiTest {
 protected:
  FederateApi() {
    api::FederateDeps deps;
    deps.storage = &series_;
    deps.clock = &clock_;
    deps.lookback_ms = 60'000;
    deps.external_labels = [] { return model::Labels{{"site", "here"}}; };
    deps.memory = memory_;
    api::RegisterFederate(&router_, deps);
  }

  Response Page(const std::string& accept = "") {
    Ask ask{"GET", Target("/federate", {{"match[]", "{__name__=~\".+\"}"}}), {}, ""};
    if (!accept.empty()) ask.headers.Set("Accept", accept);
    return Call(ask);
  }
  static constexpr const char* kProtobuf =
      "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";

  FakeSeries series_;
  std::shared_ptr<base::MemoryPool> memory_ = std::make_shared<base::MemoryPool>(8 << 20);
};

TEST_F(FederateApi, NewestSamplesComeByNameWithExternalLabels) {
  series_.series_ = {
      {model::Labels{{"Z", "1"}, {"__name__", "up"}}, {10, 20}, {1, 0}},
      {model::Labels{{"__name__", "a"}, {"site", "own"}}, {10}, {0.5}},
      {model::Labels{{"__name__", "up"}, {"instance", "i"}}, {30}, {1}},
  };
  const Response response = Page();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.Get("Content-Type"),
            "text/plain; version=0.0.4; charset=utf-8; escaping=underscores");
  EXPECT_EQ(response.body,
            "# TYPE a untyped\n"
            "a{site=\"own\",instance=\"\"} 0.5 10\n"
            "# TYPE up untyped\n"
            "up{Z=\"1\",instance=\"\",site=\"here\"} 0 20\n"
            "up{instance=\"i\",site=\"here\"} 1 30\n");
  EXPECT_EQ(series_.asked_.min_ms, kNowMs - 60'000);
  EXPECT_EQ(series_.asked_.max_ms, kNowMs);
  EXPECT_TRUE(series_.asked_.newest_only);
}

TEST_F(FederateApi, ASeriesThatSeveralSelectorsMatchComesOnce) {
  series_.series_ = {{model::Labels{{"__name__", "up"}}, {10}, {1}}};
  const Response response =
      Call({"GET", Target("/federate", {{"match[]", "up"}, {"match[]", "{job=\"\"}"}}), {}, ""});
  EXPECT_EQ(response.body, "# TYPE up untyped\nup{instance=\"\",site=\"here\"} 1 10\n");
  EXPECT_EQ(PostForm("/federate", "match[]=up").body, response.body);
}

TEST_F(FederateApi, EndedSeriesAreLeftOut) {
  series_.series_ = {{model::Labels{{"__name__", "up"}}, {10, 20}, {1, model::StaleNan()}}};
  EXPECT_EQ(Page().body, "");
  series_.series_ = {
      {model::Labels{{"__name__", "h"}},
       {},
       {},
       {},
       {HistogramAt(10, TwoBuckets()), HistogramAt(20, model::StaleHistogram(false))}}};
  EXPECT_EQ(Page(kProtobuf).body, "");
}

TEST_F(FederateApi, WithoutAMatcherThePageIsEmpty) {
  series_.series_ = {{model::Labels{{"__name__", "up"}}, {10}, {1}}};
  for (const std::string target : {"/federate", "/federate?match[]={}"}) {
    const Response response = Get(target);
    EXPECT_EQ(response.status, 200) << target;
    EXPECT_EQ(response.body, "") << target;
  }
}

TEST_F(FederateApi, NativeHistogramsComeInProtobufAlone) {
  series_.series_ = {
      {model::Labels{{"__name__", "h"}}, {10}, {3}, {}, {HistogramAt(20, TwoBuckets())}},
      {model::Labels{{"__name__", "h"}, {"kind", "float"}}, {10}, {3}},
  };
  EXPECT_EQ(Page().body, "# TYPE h untyped\nh{kind=\"float\",instance=\"\",site=\"here\"} 3 10\n");
  const Response response = Page(kProtobuf);
  EXPECT_EQ(response.headers.Get("Content-Type"),
            "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; "
            "encoding=delimited; escaping=underscores");
  model::exposition::ProtobufReader reader(response.body, {});
  std::vector<EntryKind> kinds;
  model::Histogram histogram;
  double value = 0;
  for (auto kind = reader.Next(); kind.ok() && *kind != EntryKind::kEnd; kind = reader.Next()) {
    kinds.push_back(*kind);
    if (*kind == EntryKind::kHistogram) histogram = reader.histogram();
    if (*kind == EntryKind::kSeries) value = reader.value();
  }
  EXPECT_EQ(kinds,
            (std::vector<EntryKind>{EntryKind::kHelp, EntryKind::kType, EntryKind::kHistogram,
                                    EntryKind::kHelp, EntryKind::kType, EntryKind::kSeries}));
  EXPECT_EQ(histogram, TwoBuckets().ToFloat());
  EXPECT_EQ(value, 3);
}

TEST_F(FederateApi, HistogramsOfCustomBucketsAreLeftOut) {
  model::Histogram custom;
  custom.schema = model::Histogram::kCustomSchema;
  custom.custom_bounds = {1, 2};
  series_.series_ = {{model::Labels{{"__name__", "h"}}, {}, {}, {}, {HistogramAt(20, custom)}}};
  EXPECT_EQ(Page(kProtobuf).body, "");
}

TEST_F(FederateApi, ALongPageIsMadePieceByPiece) {
  std::string text;
  for (int i = 0; i < 10'000; ++i) {
    const std::string host = "host" + std::to_string(10'000 + i);
    series_.series_.push_back({model::Labels{{"__name__", "up"}, {"instance", host}}, {10}, {1}});
    text += "up{instance=\"" + host + "\",site=\"here\"} 1 10\n";
  }
  EXPECT_EQ(Page().body, "# TYPE up untyped\n" + text);
  const Response protobuf = Page(kProtobuf);
  model::exposition::ProtobufReader reader(protobuf.body, {});
  size_t seen = 0;
  auto kind = reader.Next();
  for (; kind.ok() && *kind != EntryKind::kEnd; kind = reader.Next()) {
    seen += *kind == EntryKind::kSeries;
  }
  EXPECT_TRUE(kind.ok()) << kind.status();
  EXPECT_EQ(seen, 10'000u);
}

TEST_F(FederateApi, APageThatHoldsTooMuchIsRefused) {
  for (int i = 0; i < 100'000; ++i) {
    series_.series_.push_back(
        {model::Labels{{"__name__", "up"}, {"instance", std::to_string(i)}}, {10}, {1}});
  }
  const Response response = Page();
  EXPECT_EQ(response.status, 422);
  EXPECT_NE(response.body.find("the federated series"), std::string::npos) << response.body;
  EXPECT_EQ(memory_->held(), 0u);
}

TEST_F(FederateApi, SelectorsThatAreNoneAreNamed) {
  const Response response = Get(Target("/federate", {{"match[]", "up{"}}));
  EXPECT_EQ(response.status, 400);
  EXPECT_NE(response.body.find("parse error"), std::string::npos) << response.body;
}

TEST_F(FederateApi, AStoreThatCannotAnswerIsSaid) {
  series_.error_ = base::Unavailable("the store is closing");
  const Response response = Page();
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body, "the store is closing\n");
}

}  // namespace
}  // namespace vedette::test
