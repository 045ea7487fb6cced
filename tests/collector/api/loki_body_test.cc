#include "collector/api/loki_body.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <utility>

#include "collector/api/loki_legacy.h"
#include "tests/collector/api/loki_fixture.h"

namespace vedette::test {
namespace {

using boost::json::value;

constexpr size_t kLines = 3000;
constexpr size_t kLineBytes = 500;

logql::Lines ManyLines() {
  logql::Lines lines(kLines);
  for (size_t i = 0; i < kLines; ++i) {
    lines[i].timestamp_ns = kLokiT + static_cast<int64_t>(i);
    lines[i].line = std::string(kLineBytes, '"');
    lines[i].stream = model::Labels{{"app", i % 2 == 0 ? "even" : "odd"}};
    lines[i].parsed = {{"n", std::to_string(i % 4)}};
  }
  return lines;
}

// The whole text; each piece but a little over the size that was agreed on.
std::string Join(base::http::BodySource* body, size_t* pieces) {
  std::string whole;
  bool more = true;
  for (*pieces = 0; more; ++*pieces) {
    std::string piece;
    more = body->Next(&piece);
    EXPECT_LT(piece.size(), base::http::BodySource::kPieceBytes + 4 * kLineBytes + 4096);
    whole += piece;
  }
  return whole;
}

value DataOf(logql::Result result, api::LokiEncoding encoding, size_t* pieces) {
  api::LokiBody body(std::move(result), std::move(encoding), 0.5, {});
  return boost::json::parse(Join(&body, pieces)).at("data");
}

TEST(LokiBody, LinesOfManyPiecesAreOneAnswer) {
  for (const bool categorize : {false, true}) {
    size_t pieces = 0;
    const value data = DataOf({ManyLines(), {}}, {"", categorize}, &pieces);
    EXPECT_GT(pieces, 10u);
    const auto& streams = data.at("result").as_array();
    EXPECT_EQ(streams.size(), categorize ? 2u : 4u);
    size_t lines = 0;
    for (const value& stream : streams) {
      for (const value& line : stream.at("values").as_array()) {
        EXPECT_EQ(line.at(1).as_string().size(), kLineBytes);
        ++lines;
      }
    }
    EXPECT_EQ(lines, kLines);
    EXPECT_EQ(data.at("stats").at("summary").at("totalEntriesReturned").as_int64(), kLines);
  }
}

TEST(LokiBody, PointsOfManyPiecesAreOneAnswer) {
  constexpr size_t kPoints = 20'000;
  logql::Matrix matrix(3);
  for (size_t i = 0; i < matrix.size(); ++i) {
    matrix[i].metric = model::Labels{{"app", std::to_string(i)}};
    matrix[i].timestamps_ns.assign(kPoints, kLokiT);
    matrix[i].values.assign(kPoints, 0.25);
  }
  size_t pieces = 0;
  const value data = DataOf({std::move(matrix), {}}, {}, &pieces);
  EXPECT_GT(pieces, 5u);
  ASSERT_EQ(data.at("result").as_array().size(), 3u);
  for (const value& series : data.at("result").as_array()) {
    EXPECT_EQ(series.at("values").as_array().size(), kPoints);
    EXPECT_EQ(series.at("values").at(kPoints - 1).at(1), "0.25");
  }
}

TEST(LokiBody, ScalarsAndEmptyAnswersAreWhole) {
  size_t pieces = 0;
  const value scalar = DataOf({logql::Scalar{kLokiT, 2}, {}}, {}, &pieces);
  EXPECT_EQ(scalar.at("resultType"), "scalar");
  EXPECT_EQ(scalar.at("result").at(1), "2");
  for (const logql::Result& empty :
       {logql::Result{logql::Lines(), {}}, {logql::Vector(), {}}, {logql::Matrix(), {}}}) {
    EXPECT_TRUE(DataOf(empty, {}, &pieces).at("result").as_array().empty());
    EXPECT_EQ(pieces, 1u);
  }
}

TEST(LokiLegacyBody, LinesOfManyPiecesAreOneAnswer) {
  api::LokiLegacyBody body(ManyLines(), {}, 0.5, {});
  size_t pieces = 0;
  const value answer = boost::json::parse(Join(&body, &pieces));
  EXPECT_GT(pieces, 10u);
  size_t lines = 0;
  for (const value& stream : answer.at("streams").as_array()) {
    lines += stream.at("entries").as_array().size();
  }
  EXPECT_EQ(lines, kLines);
}

class PooledLokiApi : public LokiApi {
 protected:
  static constexpr uint64_t kPoolBytes = 16 << 20;
  PooledLokiApi() {
    for (size_t i = 0; i < 1000; ++i)
      logs_.lines_.push_back({kLokiT, std::string(1000, 'x'), 0, 0});
    api::LokiQueryDeps deps;
    deps.engine = &engine_;
    deps.clock = &clock_;
    deps.limits.memory = pool_;
    api::RegisterLokiQuery(&pooled_, deps);
  }
  // What a client has who reads nothing yet.
  base::http::Response Begin(const std::string& limit) {
    base::http::Request request;
    request.method = "GET";
    request.target = RangeTarget({{"query", "{app=\"g1\"}"}, {"limit", limit}});
    request.path = "/loki/api/v1/query_range";
    request.query = base::http::Params::Parse(request.target.substr(request.target.find('?') + 1));
    base::http::Response answer;
    const auto match = pooled_.Find("GET", request.path);
    match.route->handler(request,
                         [&](base::http::Response response) { answer = std::move(response); });
    return answer;
  }
  std::shared_ptr<base::MemoryPool> pool_ = std::make_shared<base::MemoryPool>(kPoolBytes);
  base::http::Router pooled_;
};

TEST_F(PooledLokiApi, AnswersHoldOfThePoolUntilTheyAreSent) {
  {
    base::http::Response answer = Begin("1000");
    ASSERT_EQ(answer.status, 200) << answer.body;
    ASSERT_TRUE(answer.rest);
    EXPECT_GT(pool_->held(), 1'000'000u);
    EXPECT_LT(pool_->held(), 2'000'000u);
  }
  EXPECT_EQ(pool_->held(), 0u);
}

TEST_F(PooledLokiApi, SlowClientsAreRefusedBeyondThePoolAndServedAgainLater) {
  {
    std::vector<base::http::Response> slow;
    while (slow.size() < 40 && (slow.empty() || slow.back().status == 200)) {
      slow.push_back(Begin("1000"));
    }
    EXPECT_EQ(slow.back().status, 503) << slow.size();
    EXPECT_EQ(slow.back().headers.Get("Retry-After"), "1");
    EXPECT_NE(slow.back().body.find("try again"), std::string::npos) << slow.back().body;
    EXPECT_LE(pool_->held(), kPoolBytes);
    EXPECT_GE(slow.size(), 5u);
  }
  EXPECT_EQ(Begin("10").status, 200);
}

}  // namespace
}  // namespace vedette::test
