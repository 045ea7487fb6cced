#ifndef VEDETTE_TESTS_COLLECTOR_API_API_FIXTURE_H_
#define VEDETTE_TESTS_COLLECTOR_API_API_FIXTURE_H_

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "collector/api/api.h"
#include "tests/support/fake_clock.h"

namespace vedette::test {

// A router to register a family on, and a way to ask it without a server.
class ApiTest : public testing::Test {
 protected:
  struct Ask {
    std::string method = "GET";
    std::string target;
    base::http::Headers headers;
    std::string body;
  };
  base::http::Response Call(const Ask& ask);
  base::http::Response Get(const std::string& target) { return Call({"GET", target, {}, ""}); }
  base::http::Response PostForm(const std::string& path, const std::string& form);
  // The scope and pool of a route that must exist.
  const base::http::Route& RouteOf(const std::string& method, const std::string& path);

  static constexpr int64_t kNowMs = 1'795'226'940'000;
  FakeClock clock_{kNowMs * 1'000'000};
  base::http::Router router_;
};

// GET with this query's parameters percent-encoded: Target("/p", {{"query", "a+b"}}).
std::string Target(const std::string& path,
                   const std::vector<std::pair<std::string, std::string>>& params);

}  // namespace vedette::test

#endif  // VEDETTE_TESTS_COLLECTOR_API_API_FIXTURE_H_
