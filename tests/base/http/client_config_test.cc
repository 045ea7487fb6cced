#include "base/http/client_config.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "base/http/configured_client.h"
#include "base/http/proxy.h"
#include "base/strings.h"
#include "tests/base/http/proxy_stand_in.h"
#include "tests/base/http/server_fixture.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_dir.h"

namespace vedette::test {
namespace {

using base::http::ClientConfig;
using base::http::ClientRequest;
using base::http::ConfiguredClient;
using base::http::Pool;
using base::http::ProxyConfig;
using base::http::Request;
using base::http::Response;
using base::http::Scope;
using base::http::Sync;

struct Read {
  ClientConfig config;
  std::string errors;
};

Read ReadYaml(const std::string& yaml) {
  Read out;
  const auto root = base::config::ParseYaml(yaml, "/etc/p.yml");
  if (!root.ok()) return {{}, std::string(base::Message(root.status()))};
  base::config::Problems problems("/etc/p.yml");
  base::config::Problems unsupported("/etc/p.yml");
  base::config::MapReader map(*root, "", &problems);
  base::http::ReadClientConfig(&map, "/etc/p.yml", &out.config, &unsupported);
  map.Finish();
  out.errors = std::string(base::Message(problems.ToStatus())) +
               std::string(base::Message(unsupported.ToStatus()));
  return out;
}

TEST(ClientConfigReader, MistakesAreToldAsPrometheusTellsThem) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"{bearer_token: a, bearer_token_file: b}",
       "at most one of bearer_token & bearer_token_file must be configured"},
      {"{bearer_token: a, basic_auth: {username: u}}",
       "at most one of basic_auth, oauth2, bearer_token & bearer_token_file must be configured"},
      {"{basic_auth: {username: u}, authorization: {credentials: c}}",
       "at most one of basic_auth, oauth2 & authorization must be configured"},
      {"{authorization: {type: Basic}}", "use \"basic_auth\" instead"},
      {"{oauth2: {token_url: 'http://t'}}", "oauth2 client_id must be configured"},
      {"{oauth2: {client_id: i}}", "oauth2 token_url must be configured"},
      {"{tls_config: {cert_file: c}}", "exactly one of key or key_file must be configured"},
      {"{tls_config: {ca: c, ca_file: f}}", "at most one of ca & ca_file must be configured"},
      {"{tls_config: {min_version: SSL3}}", "found \"SSL3\"; allowed: TLS10, TLS11, TLS12, TLS13"},
      {"{tls_config: {min_version: TLS13, max_version: TLS12}}",
       "max_version must be greater than or equal to"},
      {"{proxy_connect_header: {a: [b]}}", "proxy_url or proxy_from_environment must also be"},
      {"{proxy_from_environment: true, proxy_url: 'http://p'}", "proxy_url must not be configured"},
      {"{proxy_from_environment: true, no_proxy: a}", "no_proxy must not be configured"},
      {"{no_proxy: a}", "proxy_url must also be configured"},
      {"{proxy_url: 'socks5://p'}", "allowed: http://[USER:PASSWORD@]HOST[:PORT]"},
      {"{http_headers: {Host: {values: [a]}}}", "setting header \"Host\" is not allowed"},
      {"{basic_auth: {password_ref: r}}", "basic_auth.password_ref: not supported"},
      {"{colour: red}", "unknown key"},
  };
  for (const auto& [yaml, message] : cases) {
    const std::string errors = ReadYaml(yaml).errors;
    EXPECT_NE(errors.find(message), errors.npos) << yaml << ": " << errors;
    EXPECT_EQ(errors.find("/etc/p.yml:1:"), 0u) << errors;
  }
}

TEST(ClientConfigReader, FilesStandBesideTheConfiguration) {
  const Read read = ReadYaml(
      "{basic_auth: {username_file: u, password_file: /p}, tls_config: {ca_file: ca, cert_file: c, "
      "key_file: k}, http_headers: {X: {files: [h]}}}");
  EXPECT_EQ(read.errors, "");
  EXPECT_EQ(read.config.basic_auth->username_file, "/etc/u");
  EXPECT_EQ(read.config.basic_auth->password.file, "/p");
  EXPECT_EQ(read.config.tls.ca_file, "/etc/ca");
  EXPECT_EQ(read.config.headers.at(0).files.at(0), "/etc/h");
}

TEST(Proxy, NoProxyNamesHostsAsGoDoes) {
  struct Case {
    const char* list;
    const char* host;
    bool direct;
  };
  for (const Case& c : std::vector<Case>{{"", "example.com", false},
                                         {"", "localhost", true},
                                         {"", "127.0.0.1", true},
                                         {"", "::1", true},
                                         {"*", "example.com", true},
                                         {"example.com", "example.com", true},
                                         {"example.com", "a.example.com", true},
                                         {"example.com", "badexample.com", false},
                                         {".example.com", "example.com", false},
                                         {".example.com", "a.EXAMPLE.com", true},
                                         {"example.com:80", "example.com", true},
                                         {"example.com:81", "example.com", false},
                                         {"a, 10.0.0.0/8", "10.1.2.3", true},
                                         {"10.0.0.0/8", "11.1.2.3", false},
                                         {"10.0.0.0/8", "example.com", false},
                                         {"192.0.2.1", "192.0.2.1", true},
                                         {"[2001:db8::1]:80", "2001:db8::1", true}}) {
    EXPECT_EQ(base::http::BypassesProxy(c.list, c.host, 80), c.direct) << c.list << " " << c.host;
  }
}

TEST(Proxy, EnvironmentAndUrlAreChosenByScheme) {
  std::map<std::string, std::string> set = {
      {"http_proxy", "p:1"}, {"HTTPS_PROXY", "http://q:2"}, {"no_proxy", "internal"}};
  const base::http::Environment environment = [&set](const char* name) { return set[name]; };
  const auto proxy_of = [&](const ProxyConfig& config, const std::string& url) {
    return base::http::ProxyFor(config, *base::http::ParseUrl(url), environment);
  };
  ProxyConfig config;
  EXPECT_EQ(proxy_of(config, "http://a/"), "");
  config.from_environment = true;
  EXPECT_EQ(proxy_of(config, "http://a/"), "http://p:1");
  EXPECT_EQ(proxy_of(config, "https://a/"), "http://q:2");
  EXPECT_EQ(proxy_of(config, "https://x.internal/"), "");
  config = {};
  config.url = "http://r:3";
  EXPECT_EQ(proxy_of(config, "http://localhost/"), "http://r:3");
  config.no_proxy = "b";
  EXPECT_EQ(proxy_of(config, "http://localhost/"), "");
  EXPECT_EQ(proxy_of(config, "http://b/"), "");
}

// A server that says what it was asked with.
class ConfiguredClientTest : public ServerTest {
 protected:
  ConfiguredClientTest() {
    router_.Handle({"GET", "/said", Pool::kQuery, Scope::kNone, Sync([](const Request& request) {
                      std::string all;
                      for (const auto& [name, value] : request.headers.fields()) {
                        if (base::EqualsIgnoreCase(name, "Authorization")) {
                          all += "Authorization=" + value + ";";
                        } else if (base::EqualsIgnoreCase(name.substr(0, 2), "X-")) {
                          all += base::ToLowerAscii(name) + "=" + value + ";";
                        }
                      }
                      return Response::Text(200, all);
                    })});
    router_.Handle({"GET", "/away", Pool::kQuery, Scope::kNone, Sync([this](const Request&) {
                      Response response = Response::Text(302, "");
                      response.headers.Set("Location", away_);
                      return response;
                    })});
    router_.Handle({"POST", "/token", Pool::kQuery, Scope::kNone, Sync([this](const Request& r) {
                      ++tokens_;
                      last_form_ = r.body;
                      const bool header = r.headers.Has("Authorization");
                      if (header != token_by_header_) return Response::Text(401, "no");
                      return Response::Json(200,
                                            "{\"access_token\":\"t" + std::to_string(tokens_) +
                                                "\",\"token_type\":\"bearer\",\"expires_in\":60}");
                    })});
  }

  std::string Ask(const std::string& yaml, const std::string& target = "/said") {
    const Read read = ReadYaml(yaml);
    EXPECT_EQ(read.errors, "");
    client_of_ = std::make_unique<ConfiguredClient>(
        read.config, ConfiguredClient::Options{fs_.get(), &fake_clock_, nullptr, nullptr});
    return Again(target);
  }
  std::string Again(const std::string& target = "/said") {
    ClientRequest request;
    request.url = Url(target);
    const auto response = client_of_->Send(request);
    return response.ok() ? response->body : std::string(base::Message(response.status()));
  }

  const std::unique_ptr<base::FileSystem> fs_ = base::NewPosixFileSystem();
  FakeClock fake_clock_;
  TempDir dir_;
  std::unique_ptr<ConfiguredClient> client_of_;
  std::string away_;
  std::atomic<int> tokens_{0};
  std::string last_form_;
  bool token_by_header_ = true;
};

TEST_F(ConfiguredClientTest, CredentialsAndHeadersAreSent) {
  Start();
  dir_.Write("secret", "fresh\n");
  EXPECT_EQ(Ask("{basic_auth: {username: a, password: b}}"), "Authorization=Basic YTpi;");
  EXPECT_EQ(Ask("{authorization: {type: Token, credentials_file: " + dir_.Join("secret") + "}}"),
            "Authorization=Token fresh;");
  dir_.Write("secret", "newer");
  EXPECT_EQ(Again(), "Authorization=Token newer;");
  EXPECT_EQ(Ask("{bearer_token: x}"), "Authorization=Bearer x;");
  EXPECT_EQ(Ask("{http_headers: {X-B: {values: [v, w], secrets: [s]}}}"), "x-b=v;x-b=w;x-b=s;");
  EXPECT_NE(Ask("{basic_auth: {username: a, password_file: /none/such}}").find("/none/such"),
            std::string::npos);
}

TEST_F(ConfiguredClientTest, RedirectsAreFollowedWithoutSecretsToOtherOrigins) {
  Start();
  away_ = "/said";
  EXPECT_EQ(Ask("{bearer_token: x}", "/away"), "Authorization=Bearer x;");
  away_ = "http://localhost:" + std::to_string(port()) + "/said";
  EXPECT_EQ(Ask("{bearer_token: x, http_headers: {X-A: {values: [s]}}}", "/away"), "");
  EXPECT_EQ(Ask("{follow_redirects: false}", "/away"), "");
  away_ = "/away";
  EXPECT_EQ(Ask("{}", "/away"), "stopped after 10 redirects");
}

TEST_F(ConfiguredClientTest, TokensAreFetchedOnceAndAnewBeforeTheirEnd) {
  Start();
  const std::string yaml =
      "{oauth2: {client_id: i d, client_secret: 's&', scopes: [a, b], "
      "endpoint_params: {k: v}, token_url: '" +
      Url("/token") + "'}}";
  EXPECT_EQ(Ask(yaml), "Authorization=Bearer t1;");
  EXPECT_EQ(last_form_, "grant_type=client_credentials&scope=a+b&k=v");
  EXPECT_EQ(Again(), "Authorization=Bearer t1;");
  fake_clock_.Advance(std::chrono::seconds(51));
  EXPECT_EQ(Again(), "Authorization=Bearer t2;");
  token_by_header_ = false;  // a server that wants them in the body
  EXPECT_EQ(Ask(yaml), "Authorization=Bearer t4;");
  EXPECT_NE(last_form_.find("&client_id=i+d&client_secret=s%26"), std::string::npos) << last_form_;
}

TEST_F(ConfiguredClientTest, RedirectsThatKeepTheMethodTakeTheBodyAlong) {
  int status = 0;
  router_.Handle({"POST", "/moved", Pool::kQuery, Scope::kNone, Sync([&](const Request&) {
                    Response response = Response::Text(status, "");
                    response.headers.Set("Location", "echo");
                    return response;
                  })});
  Start();
  Ask("{}");
  const auto post = [&](int with) {
    status = with;
    ClientRequest request;
    request.method = "POST";
    request.url = Url("/moved");
    request.body = "carried";
    const auto response = client_of_->Send(request);
    return response.ok() ? std::to_string(response->status) + " " + response->body : "";
  };
  EXPECT_EQ(post(307), "200 carried");
  EXPECT_EQ(post(308), "200 carried");
  EXPECT_EQ(post(301), "301 ");
  EXPECT_EQ(post(303), "303 ");
}

TEST_F(ConfiguredClientTest, TheTimeoutHoldsForAllHopsTogether) {
  std::atomic<int> hops{0};
  router_.Handle({"GET", "/round", Pool::kQuery, Scope::kNone, Sync([&](const Request&) {
                    ++hops;
                    std::this_thread::sleep_for(std::chrono::milliseconds(150));
                    Response response = Response::Text(302, "");
                    response.headers.Set("Location", "/round");
                    return response;
                  })});
  Start();
  Ask("{}");
  ClientRequest request;
  request.url = Url("/round");
  request.timeout = std::chrono::milliseconds(400);
  EXPECT_TRUE(absl::IsDeadlineExceeded(client_of_->Send(request).status()));
  EXPECT_LE(hops, 3);
}

TEST_F(ConfiguredClientTest, ATokenServerThatHangsHoldsUpOneOfThoseWhoAsk) {
  std::atomic<int> asked{0};
  router_.Handle({"POST", "/hangs", Pool::kQuery, Scope::kNone, Sync([&](const Request& r) {
                    ++asked;
                    clock_.SleepFor(std::chrono::minutes(1), r.stop);
                    return Response::Text(500, "");
                  })});
  Start();
  const Read read =
      ReadYaml("{oauth2: {client_id: i, client_secret: s, token_url: '" + Url("/hangs") + "'}}");
  const ConfiguredClient client(
      read.config, ConfiguredClient::Options{fs_.get(), &fake_clock_, nullptr, nullptr});
  ClientRequest request;
  request.url = Url("/said");
  request.timeout = std::chrono::milliseconds(200);
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(absl::IsDeadlineExceeded(client.Send(request).status()));
  }
  EXPECT_EQ(asked, 1) << "its failure is everybody's for a moment";
  fake_clock_.Advance(std::chrono::seconds(3));
  std::thread first([&] { EXPECT_FALSE(client.Send(request).ok()); });
  while (asked == 1) std::this_thread::yield();
  EXPECT_FALSE(client.Send(request).ok());
  first.join();
  EXPECT_EQ(asked, 2);
}

TEST_F(ConfiguredClientTest, TokensEndAsTheirServerSaysHoweverItWritesIt) {
  std::string expires;
  std::string good;
  router_.Handle({"POST", "/tokens", Pool::kQuery, Scope::kNone, Sync([&](const Request&) {
                    return Response::Json(200, "{\"access_token\":\"t" + std::to_string(++tokens_) +
                                                   "\",\"expires_in\":" + expires + "}");
                  })});
  router_.Handle({"GET", "/guarded", Pool::kQuery, Scope::kNone, Sync([&](const Request& r) {
                    const bool is_good = r.headers.Get("Authorization") == good;
                    return Response::Text(is_good ? 200 : 401, is_good ? "in" : "out");
                  })});
  Start();
  const std::string yaml =
      "{oauth2: {client_id: i, client_secret: s, token_url: '" + Url("/tokens") + "'}}";
  for (const char* seconds : {"60", "60.0", "6e1", "\"60\""}) {
    expires = seconds;
    const std::string first = Ask(yaml);
    EXPECT_EQ(Again(), first) << seconds;
    fake_clock_.Advance(std::chrono::seconds(51));
    EXPECT_NE(Again(), first) << seconds;
  }
  expires = "-1";
  const std::string over = Ask(yaml);
  EXPECT_NE(Again(), over);
  for (const char* seconds : {"0", "1e300", "18446744073709551615"}) {
    expires = seconds;
    const std::string first = Ask(yaml);
    fake_clock_.Advance(std::chrono::hours(1000));
    EXPECT_EQ(Again(), first) << seconds;
  }
  // One that the server does not take any more is not sent again.
  good = "Bearer t" + std::to_string(tokens_ + 1);
  EXPECT_EQ(Again("/guarded"), "out");
  EXPECT_EQ(Again("/guarded"), "in");
}

TEST_F(ConfiguredClientTest, ARefusedTokenIsToldWithoutTheSecret) {
  Start();
  const std::string answer =
      Ask("{oauth2: {client_id: i, client_secret: hunter2, token_url: '" + Url("/nowhere") + "'}}");
  EXPECT_NE(answer.find("oauth2: cannot fetch token: HTTP status 404"), answer.npos) << answer;
  EXPECT_EQ(answer.find("hunter2"), answer.npos);
}

TEST(ProxiedClient, PlainRequestsGoToTheProxyWhole) {
  ProxyStandIn proxy(0);
  ClientRequest request;
  request.url = "http://example.invalid:81/m?q=1";
  request.proxy = proxy.Url();
  const auto response = base::http::NewClient()->Send(request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->body, "proxied");
  EXPECT_EQ(proxy.Head().find("GET http://example.invalid:81/m?q=1 HTTP/1.1\r\n"), 0u)
      << proxy.Head();
  EXPECT_NE(proxy.Head().find("Proxy-Authorization: Basic YTpi\r\n"), std::string::npos);
}

TEST(ProxiedClient, ARefusedTunnelSaysSo) {
  ProxyStandIn proxy(0, 407);
  ClientRequest request;
  request.url = "https://example.invalid/m";
  request.proxy = proxy.Url();
  request.proxy_headers.Add("X-A", "1");
  const auto response = base::http::NewClient()->Send(request);
  EXPECT_EQ(base::Message(response.status()),
            "https://example.invalid:443: proxy: CONNECT was answered 407");
  EXPECT_EQ(proxy.Head().find("CONNECT example.invalid:443 HTTP/1.1\r\n"), 0u) << proxy.Head();
  EXPECT_NE(proxy.Head().find("X-A: 1\r\n"), std::string::npos);
}

}  // namespace
}  // namespace vedette::test
