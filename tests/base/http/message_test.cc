#include "base/http/message.h"

#include <gtest/gtest.h>

#include "base/http/listen_address.h"
#include "base/http/router.h"
#include "base/http/url.h"

namespace vedette::base::http {
namespace {

TEST(Params, DecodesPercentAndPlusAndKeepsBadEscapes) {
  const Params params = Params::Parse("a=1+2%2B3&b&c=%zz&a=second&=x&&d=%e2%82%ac");
  EXPECT_EQ(params.Get("a"), "1 2+3");
  EXPECT_TRUE(params.Has("b"));
  EXPECT_EQ(params.Get("b"), "");
  EXPECT_EQ(params.Get("c"), "%zz");
  EXPECT_EQ(params.Get("d"), "\u20ac");
  EXPECT_EQ(params.GetAll("a").size(), 2u);
  EXPECT_FALSE(params.Has("missing"));
}

TEST(Params, FormBodyFollowsTheQuery) {
  Request request;
  request.method = "POST";
  request.query = Params::Parse("query=up");
  request.body = "query=down&time=4";
  EXPECT_EQ(request.FormParams().GetAll("query").size(), 1u);
  request.headers.Set("content-type", "application/x-www-form-urlencoded; charset=utf-8");
  EXPECT_EQ(request.FormParams().GetAll("query").size(), 2u);
  EXPECT_EQ(request.FormParams().Get("time"), "4");
}

TEST(Headers, NamesCompareWithoutCase) {
  Headers headers;
  headers.Add("X-A", "1");
  headers.Add("x-a", "2");
  EXPECT_EQ(headers.Get("X-a"), "1");
  headers.Set("x-A", "3");
  EXPECT_EQ(headers.fields().size(), 1u);
  headers.Remove("X-A");
  EXPECT_FALSE(headers.Has("x-a"));
}

TEST(AcceptsEncoding, KnowsQualities) {
  EXPECT_TRUE(AcceptsEncoding("gzip", "gzip"));
  EXPECT_TRUE(AcceptsEncoding("deflate, GZIP;q=0.5", "gzip"));
  EXPECT_TRUE(AcceptsEncoding("*", "gzip"));
  EXPECT_FALSE(AcceptsEncoding("", "gzip"));
  EXPECT_FALSE(AcceptsEncoding("gzip;q=0", "gzip"));
  EXPECT_FALSE(AcceptsEncoding("gzip; q=0, *", "gzip"));
  EXPECT_FALSE(AcceptsEncoding("identity", "gzip"));
}

TEST(Percent, RoundTripsEveryByte) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_EQ(PercentDecode(PercentEncode(all)), all);
}

TEST(Router, FindsArgumentsRestAndMethods) {
  Router router;
  router.Handle({"GET", "/label/{name}/values", Pool::kQuery, Scope::kRead, nullptr});
  router.Handle({"GET", "/ui/{rest...}", Pool::kControl, Scope::kRead, nullptr});
  router.HandleGetPost("/query", Pool::kQuery, Scope::kRead, nullptr);

  EXPECT_EQ(router.Find("GET", "/label/a%2Fb/values").path_args, std::vector<std::string>{"a/b"});
  EXPECT_EQ(router.Find("GET", "/ui/x/y").path_args, std::vector<std::string>{"x/y"});
  EXPECT_NE(router.Find("HEAD", "/query").route, nullptr);
  EXPECT_EQ(router.Find("PUT", "/query").allowed,
            (std::vector<std::string>{"GET", "HEAD", "POST"}));
  for (const char* path : {"/label//values", "/label/x", "/label/x/values/", "/Query", "/", ""}) {
    SCOPED_TRACE(path);
    EXPECT_EQ(router.Find("GET", path).route, nullptr);
    EXPECT_TRUE(router.Find("GET", path).allowed.empty());
  }
}

TEST(Url, TakesAddressesApart) {
  const auto url = ParseUrl("https://user:p%40ss@example.org:8443/a/b?c=d#frag");
  ASSERT_TRUE(url.ok());
  EXPECT_EQ(url->host, "example.org");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->target, "/a/b?c=d");
  EXPECT_EQ(url->userinfo, "user:p@ss");
  EXPECT_EQ(url->Origin(), "https://example.org:8443");
  EXPECT_EQ(ParseUrl("http://[::1]:80?x")->target, "/?x");
  EXPECT_EQ(ParseUrl("http://[::1]")->HostHeader(), "[::1]");
}

TEST(Url, RefusesNonsenseWithoutRepeatingIt) {
  for (const char* bad : {"", "example.org/secret", "ftp://secret", "http://", "http://:80/secret",
                          "http://secret:0/", "http://secret:99999", "http://[::1/secret",
                          "http://h/secret path", "http://h/\r\nsecret"}) {
    SCOPED_TRACE(bad);
    const auto url = ParseUrl(bad);
    ASSERT_FALSE(url.ok());
    EXPECT_EQ(Message(url.status()).find("secret"), std::string_view::npos);
  }
}

TEST(ListenAddress, KnowsItsForms) {
  EXPECT_EQ(ParseListenAddress(":9090")->host, "");
  EXPECT_EQ(ParseListenAddress("[::1]:9090")->host, "::1");
  EXPECT_EQ(ParseListenAddress("localhost:0")->port, 0);
  for (const char* bad : {"", "9090", "host", "::1:9090", "h:70000", "h:x", "h:"}) {
    EXPECT_FALSE(ParseListenAddress(bad).ok()) << bad;
  }
}

TEST(ListenAddress, KnowsLoopback) {
  for (const char* host : {"127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1", "localhost"}) {
    EXPECT_TRUE(IsLoopback(host)) << host;
  }
  for (const char* host : {"", "0.0.0.0", "::", "128.0.0.1", "example.org", "::2"}) {
    EXPECT_FALSE(IsLoopback(host)) << host;
  }
}

TEST(IpRange, ContainsByPrefix) {
  const struct {
    const char* range;
    const char* address;
    bool contained;
  } cases[] = {
      {"192.168.1.0/24", "192.168.1.255", true},
      {"192.168.1.0/24", "192.168.2.0", false},
      {"10.0.0.0/9", "10.127.0.1", true},
      {"10.0.0.0/9", "10.128.0.1", false},
      {"0.0.0.0/0", "8.8.8.8", true},
      {"0.0.0.0/0", "2001:db8::1", false},
      {"fd00::/8", "fdff::1", true},
      {"fd00::/8", "fe80::1", false},
      {"10.0.0.1", "10.0.0.1", true},
      {"10.0.0.1", "10.0.0.2", false},
      {"10.0.0.0/8", "::ffff:10.1.2.3", true},
      {"fe80::/10", "fe80::1%eth0", true},
      {"::/0", "nonsense", false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.range + std::string(" ") + c.address);
    EXPECT_EQ(IpRange::Parse(c.range)->Contains(c.address), c.contained);
  }
  for (const char* bad : {"", "10.0.0.0/33", "10.0.0/8", "fd00::/129", "x", "10.0.0.0/-1"}) {
    EXPECT_FALSE(IpRange::Parse(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace vedette::base::http
