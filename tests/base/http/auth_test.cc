#include <crypt.h>

#include "base/http/web_config.h"
#include "tests/base/http/server_fixture.h"
#include "tests/support/temp_dir.h"

namespace vedette::test {
namespace {

using base::http::AuthResult;
using base::http::CheckListenAllowed;
using base::http::ClientRequest;
using base::http::LoadWebConfig;
using base::http::NewAuthenticator;
using base::http::Request;
using base::http::Scope;
using base::http::WebConfig;

std::string Bcrypt(const std::string& password) {
  crypt_data data{};
  return ::crypt_r(password.c_str(), "$2b$04$abcdefghijklmnopqrstuu", &data);
}

constexpr char kAliOpenSesame[] = "Basic YWxpOm9wZW4gc2VzYW1l";
constexpr char kAliWrong[] = "Basic YWxpOndyb25n";
constexpr char kNobody[] = "Basic bm9ib2R5Om9wZW4gc2VzYW1l";

class WebConfigTest : public testing::Test {
 protected:
  base::StatusOr<WebConfig> Load(const std::string& text) {
    return LoadWebConfig(fs_.get(), dir_.Write("web.yml", text));
  }
  std::string Problem(const std::string& text) {
    const auto config = Load(text);
    return config.ok() ? "" : std::string(base::Message(config.status()));
  }
  TempDir dir_;
  std::unique_ptr<base::FileSystem> fs_ = base::NewPosixFileSystem();
};

TEST_F(WebConfigTest, ReadsEveryPart) {
  const auto config = Load(
      "tls_server_config:\n  cert_file: cert.pem\n  key_file: /etc/key.pem\n"
      "  client_ca_file: ca.pem\n  client_auth_type: RequireAndVerifyClientCert\n"
      "  min_version: TLS13\n"
      "http_server_config:\n  http2: false\n  headers:\n    X-Frame-Options: deny\n"
      "basic_auth_users:\n  ali: " +
      Bcrypt("x") +
      "\nbasic_auth_scopes: {ali: [read, push]}\n"
      "tokens:\n  - {name: grafana, token_file: token, scopes: [read]}\n");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->tls->cert_file, dir_.Join("cert.pem"));
  EXPECT_EQ(config->tls->key_file, "/etc/key.pem");
  EXPECT_EQ(config->tls->min_version, "TLS13");
  ASSERT_EQ(config->headers.size(), 1u);
  EXPECT_EQ(config->headers[0].second, "deny");
  ASSERT_EQ(config->users.size(), 1u);
  EXPECT_EQ(config->users[0].scopes, 3);
  ASSERT_EQ(config->tokens.size(), 1u);
  EXPECT_EQ(config->tokens[0].token_file, dir_.Join("token"));
  EXPECT_EQ(config->tokens[0].scopes, 1);
}

TEST_F(WebConfigTest, EmptyFileIsNoProtection) {
  const auto config = Load("");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_FALSE(config->RequiresAuth());
}

TEST_F(WebConfigTest, ProblemsNameLineAndField) {
  const struct {
    const char* text;
    const char* expected;
  } cases[] = {
      {"tls_server_config: {cert_file: a}", "key_file"},
      {"tls_server_config: {cert_file: a, key_file: b, min_version: SSL3}", "TLS12"},
      {"tls_server_config: {cert_file: a, key_file: b, client_auth_type: Maybe}", "NoClientCert"},
      {"tls_server_config: {cert_file: a, key_file: b, client_ca_file: c}", "client_auth_type"},
      {"basic_auth_users: {ali: plain}", "bcrypt"},
      {"basic_auth_users: [ali]", "basic_auth_users: want a map"},
      {"basic_auth_users: ali", "basic_auth_users: want a map"},
      {"basic_auth_scopes: [ali]", "basic_auth_scopes: want a map"},
      {"basic_auth_scopes: {ali: [read]}", "no such user"},
      {"tokens: [{name: a, token_file: b, scopes: [write]}]", "read, push, admin"},
      {"tokens: [{name: a, token_file: b}]", "scopes"},
      {"http_server_config: {headers: {X-Evil: a}}", "X-Evil"},
      {"http_server_config: {headers: nosniff}", "headers: want a map"},
      {"\nunknown: 1", ":2:"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    const std::string problem = Problem(c.text);
    EXPECT_NE(problem.find(c.expected), std::string::npos) << problem;
    EXPECT_NE(problem.find("web.yml:"), std::string::npos) << problem;
  }
}

TEST(CheckListenAllowed, RefusesTheOpenWithoutProtection) {
  WebConfig plain, tls_only, auth_only, full, ranges;
  tls_only.path = auth_only.path = full.path = "web.yml";
  tls_only.tls = full.tls = WebConfig::Tls{};
  auth_only.users = full.users = {{"ali", "", 7}};
  ranges.plaintext = {{"10.0.0.0/8"}};
  for (const char* loopback : {"127.0.0.1:9090", "[::1]:9090", "localhost:9090"}) {
    EXPECT_TRUE(CheckListenAllowed(loopback, plain).ok()) << loopback;
  }
  for (const char* open : {":9090", "0.0.0.0:9090", "[::]:9090", "10.1.2.3:9090"}) {
    SCOPED_TRACE(open);
    EXPECT_FALSE(CheckListenAllowed(open, plain).ok());
    EXPECT_FALSE(CheckListenAllowed(open, tls_only).ok());
    EXPECT_FALSE(CheckListenAllowed(open, auth_only).ok());
    EXPECT_TRUE(CheckListenAllowed(open, full).ok());
    EXPECT_TRUE(CheckListenAllowed(open, ranges).ok());
  }
  ranges.plaintext.push_back({"nonsense"});
  EXPECT_FALSE(CheckListenAllowed("127.0.0.1:9090", ranges).ok());
}

TEST(Authenticator, PlaintextRangesReadAndPushAndNeverAdminister) {
  auto config = std::make_shared<WebConfig>();
  config->plaintext = {{"10.0.0.0/8"}};
  config->users = {{"ali", Bcrypt("open sesame"), 7}};
  const auto fs = base::NewPosixFileSystem();
  const auto authenticator = NewAuthenticator(config, fs.get());
  const struct {
    const char* remote;
    const char* authorization;
    bool tls;
    Scope scope;
    int status;
  } cases[] = {
      {"10.1.1.1:5", "", false, Scope::kRead, 200},
      {"10.1.1.1:5", "", false, Scope::kPush, 200},
      {"10.1.1.1:5", "", false, Scope::kAdmin, 401},
      {"10.1.1.1:5", kAliOpenSesame, false, Scope::kAdmin, 403},
      {"10.1.1.1:5", kAliWrong, false, Scope::kRead, 401},
      {"10.1.1.1:5", "", true, Scope::kRead, 401},
      {"10.1.1.1:5", kAliOpenSesame, true, Scope::kAdmin, 200},
      {"[::ffff:10.1.1.1]:5", "", false, Scope::kRead, 200},
      {"11.1.1.1:5", "", false, Scope::kRead, 401},
      {"11.1.1.1:5", kAliOpenSesame, false, Scope::kRead, 403},
      {"11.1.1.1:5", "", false, Scope::kNone, 200},
      {"127.0.0.1:5", "", false, Scope::kRead, 401},
      {"127.0.0.1:5", kAliOpenSesame, false, Scope::kAdmin, 200},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(std::string(c.remote) + " " + c.authorization + (c.tls ? " tls " : " plain ") +
                 std::to_string(static_cast<int>(c.scope)));
    Request request;
    request.remote_address = c.remote;
    if (*c.authorization != '\0') request.headers.Set("Authorization", c.authorization);
    const AuthResult result = authenticator->Check(request, c.scope, c.tls);
    EXPECT_EQ(result.status, c.status);
    EXPECT_EQ(result.allowed, c.status == 200);
  }
}

using HttpAuth = ServerTest;

TEST_F(HttpAuth, BasicAuthIsAskedForAndChecked) {
  auto config = std::make_shared<WebConfig>();
  config->users = {{"ali", Bcrypt("open sesame"), 7}};
  options_.web_config = config;
  Start();
  const auto refused = Get("/hello");
  EXPECT_EQ(refused.status, 401);
  EXPECT_NE(refused.headers.Get("WWW-Authenticate").find("Basic"), std::string_view::npos);
  EXPECT_EQ(Status("GET", "/open"), 200);
  for (int i = 0; i < 2; ++i) {  // the second time from the cache
    EXPECT_EQ(Status("GET", "/hello", kAliOpenSesame), 200);
    EXPECT_EQ(Status("GET", "/hello", kAliWrong), 401);
    EXPECT_EQ(Status("GET", "/hello", kNobody), 401);
  }
  for (const char* broken : {"Basic", "Basic !!!!", "Basic YWxp", "Digest x", "Bearer ", "x"}) {
    EXPECT_EQ(Status("GET", "/hello", broken), 401) << broken;
  }
  ClientRequest request;
  request.url = Url("/who");
  request.headers.Set("Authorization", kAliOpenSesame);
  EXPECT_EQ(client_->Send(request)->body, "ali");
}

TEST_F(HttpAuth, TokensHaveScopesAndAreReadAtUse) {
  TempDir dir;
  auto config = std::make_shared<WebConfig>();
  config->tokens = {{"reader", dir.Write("read", "r-token\n"), 1},
                    {"pusher", dir.Write("push", "p-token"), 2},
                    {"boss", dir.Write("admin", "a-token"), 7},
                    {"lost", dir.Join("missing"), 7},
                    {"empty", dir.Write("empty", ""), 7}};
  options_.web_config = config;
  Start();
  const struct {
    const char* token;
    int read;
    int push;
    int admin;
  } cases[] = {{"r-token", 200, 403, 403},
               {"p-token", 403, 200, 403},
               {"a-token", 200, 200, 200},
               {"x-token", 401, 401, 401},
               {"", 401, 401, 401}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.token);
    const std::string authorization = std::string("Bearer ") + c.token;
    EXPECT_EQ(Status("GET", "/hello", authorization), c.read);
    EXPECT_EQ(Status("POST", "/push", authorization), c.push);
    EXPECT_EQ(Status("POST", "/admin", authorization), c.admin);
  }
  dir.Write("read", "rotated");
  EXPECT_EQ(Status("GET", "/hello", "Bearer rotated"), 200);
  EXPECT_EQ(Status("GET", "/hello", "Bearer r-token"), 401);
}

TEST_F(HttpAuth, ConfigurationIsSwappedWhileServing) {
  Start();
  EXPECT_EQ(Status("GET", "/hello"), 200);
  auto config = std::make_shared<WebConfig>();
  config->users = {{"ali", Bcrypt("open sesame"), 7}};
  config->headers = {{"X-Frame-Options", "deny"}};
  ASSERT_TRUE(server_->SetWebConfig(config).ok());
  EXPECT_EQ(Status("GET", "/hello"), 401);
  EXPECT_EQ(Get("/hello").headers.Get("X-Frame-Options"), "deny");
}

}  // namespace
}  // namespace vedette::test
