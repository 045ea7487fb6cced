#include "app/page_client.h"

#include <gtest/gtest.h>

#include <string>

namespace vedette::app {
namespace {

TEST(PageClient, AsksThePageThatTheUrlNames) {
  uint16_t port = 0;
  base::http::Request seen;
  const auto client = NewPageClient([&](uint16_t at, const base::http::Request& request) {
    port = at;
    seen = request;
    return base::http::Response::Text(200, "page");
  });
  base::http::ClientRequest request;
  request.url = "http://127.0.0.1:9221/a%20b?target=x%2Fy&n=1";
  request.headers.Set("Accept", "text/plain");
  const auto response = client->Send(request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->body, "page");
  EXPECT_EQ(port, 9221);
  EXPECT_EQ(seen.method, "GET");
  EXPECT_EQ(seen.path, "/a b");
  EXPECT_EQ(seen.query.Get("target"), "x/y");
  EXPECT_EQ(seen.headers.Get("Accept"), "text/plain");
}

TEST(PageClient, APageOverTheLimitIsAnError) {
  const auto client = NewPageClient([](uint16_t, const base::http::Request&) {
    return base::http::Response::Text(200, std::string(11, 'x'));
  });
  base::http::ClientRequest request;
  request.url = "http://127.0.0.1:9100/metrics";
  request.max_response_bytes = 11;
  EXPECT_TRUE(client->Send(request).ok());
  request.max_response_bytes = 10;
  EXPECT_TRUE(absl::IsResourceExhausted(client->Send(request).status()));
  request.url = "no url";
  EXPECT_TRUE(absl::IsInvalidArgument(client->Send(request).status()));
}

}  // namespace
}  // namespace vedette::app
