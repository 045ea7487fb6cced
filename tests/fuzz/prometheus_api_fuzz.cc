#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/strings.h"
#include "collector/api/api.h"
#include "tests/collector/api/corpus_views.h"

// A request of Prometheus' API as text, "GET /api/v1/query?query=up", for POST with a form body in
// the lines behind: the answer is JSON that says success or names an error, and comes under limits
// of time and memory whatever the parameters say.

namespace {

using namespace vedette;
using base::http::Request;
using base::http::Response;

constexpr size_t kMaxAnswer = 16 << 20;

// Time goes on by being asked for, so that a run depends on its input alone.
class CountingClock final : public base::Clock {
 public:
  int64_t WallNanos() const override { return 3'000'000'000'000; }
  int64_t MonotonicNanos() const override { return 1'000'000 * ++asked_; }
  bool SleepFor(std::chrono::nanoseconds, std::stop_token) override { return true; }
  int64_t asked() const { return asked_; }

 private:
  mutable int64_t asked_ = 0;
};

promql::Engine::Options EngineOptions() {
  promql::Engine::Options options;
  options.parser = promql::ParserOptions::All();
  options.max_samples = 20'000;
  options.max_bytes = 4 << 20;
  options.timeout = std::chrono::seconds(2);
  return options;
}

const test::ListedTargets& Targets() {
  static const test::ListedTargets* const kTargets = [] {
    auto* targets = new test::ListedTargets;
    const boost::json::value metadata = boost::json::parse(
        R"([{"identifier":"a","metadata":[{"MetricFamily":"up","Type":"gauge","Help":"h","Unit":""}]},
            {"identifier":"b","metadata":[{"MetricFamily":"up","Type":"counter","Help":"\"\\","Unit":"s"}]}])");
    targets->TakeMetadata(&metadata);
    return targets;
  }();
  return *kTargets;
}

// The whole API over a few series, made anew for each request.
class Api {
 public:
  Api() : engine_(EngineOptions(), &clock_), metrics_(test::EndpointSeries()) {
    const auto memory = std::make_shared<base::MemoryPool>(32 << 20);
    api::RegisterPrometheusQuery(
        &router_, {.engine = &engine_, .storage = &metrics_, .clock = &clock_, .memory = memory});
    api::RegisterPrometheusParse(&router_, EngineOptions().parser);
    api::RegisterPrometheusExemplars(&router_, &exemplars_);
    api::RegisterPrometheusLabels(&router_,
                                  {.metrics = &metrics_, .clock = &clock_, .memory = memory});
    api::RegisterPrometheusTargets(&router_, {.targets = &Targets()});
  }

  // Nothing where there is no such path.
  std::optional<Response> Ask(Request request) {
    const std::string_view target = request.target;
    const auto match = router_.Find(request.method, target.substr(0, target.find('?')));
    if (match.route == nullptr) return std::nullopt;
    request.path_args = match.path_args;
    request.deadline_mono_ns = std::chrono::nanoseconds(std::chrono::seconds(2)).count();
    std::optional<Response> answer;
    match.route->handler(request, [&answer](Response response) { answer = std::move(response); });
    VEDETTE_CHECK(answer.has_value());
    return answer;
  }
  int64_t asked() const { return clock_.asked(); }

 private:
  CountingClock clock_;
  const promql::Engine engine_;
  const test::LoadedMetrics metrics_;
  const test::ListedExemplars exemplars_;
  base::http::Router router_;
};

Request Parsed(std::string_view text) {
  const size_t line = std::min(text.find('\n'), text.size());
  const size_t space = std::min(text.find(' '), line);
  Request request;
  request.method = text.substr(0, space);
  request.target = text.substr(std::min(space + 1, line), line - std::min(space + 1, line));
  const size_t question = std::min(request.target.find('?'), request.target.size());
  request.path = request.target.substr(0, question);
  request.query = base::http::Params::Parse(
      std::string_view(request.target).substr(std::min(question + 1, request.target.size())));
  request.body = text.substr(std::min(line + 1, text.size()));
  if (request.method == "POST") {
    request.headers.Set("Content-Type", "application/x-www-form-urlencoded");
  }
  return request;
}

void Check(Response answer) {
  for (bool more = answer.rest != nullptr; more;) {
    more = answer.rest->Next(&answer.body);
    VEDETTE_CHECK(answer.body.size() <= kMaxAnswer);
  }
  boost::system::error_code error;
  boost::json::parse_options options;
  options.max_depth = 10'000;
  const boost::json::value parsed = boost::json::parse(answer.body, error, {}, options);
  VEDETTE_CHECK(!error && parsed.is_object());
  const boost::json::object& object = parsed.as_object();
  const bool success = object.at("status").as_string() == "success";
  VEDETTE_CHECK(success == (answer.status == 200));
  if (success) return;
  VEDETTE_CHECK(answer.status >= 400 && !object.at("errorType").as_string().empty());
  VEDETTE_CHECK(!object.at("error").as_string().empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kMaxInput = 4 << 10;
  if (size > kMaxInput) return 0;
  Api api;
  const auto answer = api.Ask(Parsed({reinterpret_cast<const char*>(data), size}));
  if (answer) Check(*answer);
  // Nothing goes on for long behind the deadline, of which it asks now and then.
  VEDETTE_CHECK(api.asked() < 5'000);
  return 0;
}
