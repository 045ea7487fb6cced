#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "tests/base/http/proxy_stand_in.h"
#include "tests/base/http/raw_client.h"
#include "tests/base/http/server_fixture.h"
#include "tests/support/shared_dir.h"
#include "tests/support/temp_dir.h"

namespace vedette::test {
namespace {

using base::http::ClientRequest;
using base::http::NewClient;
using base::http::TlsClientOptions;
using base::http::WebConfig;

class HttpTls : public ServerTest {
 protected:
  // A self-signed certificate, made by the openssl tool as a person would.
  void SetUp() override {
    if (std::system("command -v openssl >/dev/null 2>&1") != 0) {
      GTEST_SKIP() << "no openssl tool on this machine";
    }
    Make("server");
  }
  void Make(const std::string& name) {
    const std::string command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "
        "/CN=" +
        name + " -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout " + Key(name) +
        " -out " + Cert(name) + " 2>/dev/null";
    ASSERT_EQ(std::system(command.c_str()), 0);
  }
  // The same key, signed for a day that is over: the tool makes none.
  void MakeExpired() {
    using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;
    const File key_file(std::fopen(Key("server").c_str(), "r"), std::fclose);
    const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(
        PEM_read_PrivateKey(key_file.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
    ASSERT_NE(key, nullptr);
    const std::unique_ptr<X509, void (*)(X509*)> cert(X509_new(), X509_free);
    X509_set_pubkey(cert.get(), key.get());
    constexpr long kDay = 86'400;
    X509_gmtime_adj(X509_getm_notBefore(cert.get()), -2 * kDay);
    X509_gmtime_adj(X509_getm_notAfter(cert.get()), -kDay);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(cert.get()), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("server"), -1, -1, 0);
    X509_set_issuer_name(cert.get(), X509_get_subject_name(cert.get()));
    ASSERT_NE(X509_sign(cert.get(), key.get(), EVP_sha256()), 0);
    const File cert_file(std::fopen(Cert("server").c_str(), "w"), std::fclose);
    ASSERT_EQ(PEM_write_X509(cert_file.get(), cert.get()), 1);
  }
  std::string Cert(const std::string& name) const { return dir_.Join(name + ".pem"); }
  std::string Key(const std::string& name) const { return dir_.Join(name + ".key"); }

  std::shared_ptr<WebConfig> ServerConfig() const {
    auto config = std::make_shared<WebConfig>();
    config->tls = WebConfig::Tls{};
    config->tls->cert_file = Cert("server");
    config->tls->key_file = Key("server");
    return config;
  }
  base::StatusOr<base::http::Response> Ask(const TlsClientOptions& tls) {
    ClientRequest request;
    request.url = Url("/hello", "https");
    return NewClient(tls)->Send(request);
  }
  TempDir dir_;
};

TEST_F(HttpTls, RoundTripWithAKnownAuthority) {
  options_.web_config = ServerConfig();
  Start();
  TlsClientOptions tls;
  tls.ca_file = Cert("server");
  client_ = NewClient(tls);
  ClientRequest request;
  for (int i = 0; i < 3; ++i) {
    request.url = Url("/hello", "https");
    const auto response = client_->Send(request);
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->body, "hello");
  }
  request.method = "POST";
  request.url = Url("/echo", "https");
  request.body = std::string(300'000, 'x');
  EXPECT_EQ(client_->Send(request)->body, request.body);
}

TEST_F(HttpTls, ATunnelThroughAProxyIsWhollyEncrypted) {
  options_.web_config = ServerConfig();
  Start();
  TlsClientOptions tls;
  tls.ca = ReadWholeFile(Cert("server"));
  ProxyStandIn proxy(port());
  ClientRequest request;
  request.url = "https://localhost:1/hello";
  request.proxy = proxy.Url();
  const auto response = NewClient(tls)->Send(request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->body, "hello");
  EXPECT_EQ(proxy.Head().find("CONNECT localhost:1 HTTP/1.1\r\n"), 0u) << proxy.Head();
}

TEST_F(HttpTls, VersionsAreHeldBetweenTheirBounds) {
  const auto config = ServerConfig();
  config->tls->min_version = "TLS13";
  options_.web_config = config;
  Start();
  TlsClientOptions tls;
  tls.insecure_skip_verify = true;
  tls.max_version = "TLS12";
  EXPECT_TRUE(absl::IsUnavailable(Ask(tls).status()));
  tls.max_version = "TLS13";
  tls.min_version = "TLS13";
  EXPECT_TRUE(Ask(tls).ok());
}

TEST_F(HttpTls, AnExpiredCertificateIsToldByName) {
  MakeExpired();
  options_.web_config = ServerConfig();
  Start();
  TlsClientOptions tls;
  tls.ca_file = Cert("server");
  tls.server_name = "server";
  const base::Status status = Ask(tls).status();
  EXPECT_TRUE(absl::IsUnavailable(status));
  EXPECT_NE(base::Message(status).find("certificate has expired"), std::string_view::npos)
      << status;
}

TEST_F(HttpTls, UnknownAuthorityOrNameIsRefused) {
  options_.web_config = ServerConfig();
  Start();
  TlsClientOptions tls;
  EXPECT_TRUE(absl::IsUnavailable(Ask(tls).status()));
  tls.insecure_skip_verify = true;
  EXPECT_TRUE(Ask(tls).ok());
  tls = {};
  tls.ca_file = Cert("server");
  tls.server_name = "example.org";
  EXPECT_TRUE(absl::IsUnavailable(Ask(tls).status()));
  tls.server_name = "localhost";
  EXPECT_TRUE(Ask(tls).ok());
}

TEST_F(HttpTls, RenewedFilesAreReadForTheNextConnection) {
  options_.web_config = ServerConfig();
  Start();
  Make("other");
  ClientRequest request;
  request.url = Url("/hello", "https");
  TlsClientOptions tls;
  tls.ca_file = dir_.Join("ca.pem");
  dir_.Write("ca.pem", ReadWholeFile(Cert("other")));
  const auto client = NewClient(tls, /*max_idle=*/0);
  EXPECT_TRUE(absl::IsUnavailable(client->Send(request).status()));
  dir_.Write("ca.pem", ReadWholeFile(Cert("server")));
  EXPECT_TRUE(client->Send(request).ok());
  dir_.Write("ca.pem", "half of a ");
  EXPECT_TRUE(client->Send(request).ok()) << "what was read last holds";
  dir_.Write("ca.pem", ReadWholeFile(Cert("other")) + "\n");
  EXPECT_FALSE(client->Send(request).ok());
}

TEST_F(HttpTls, ClientCertificateIsAskedFor) {
  Make("client");
  options_.web_config = ServerConfig();
  auto config = ServerConfig();
  config->tls->client_ca_file = Cert("client");
  config->tls->client_auth_type = "RequireAndVerifyClientCert";
  options_.web_config = config;
  Start();
  TlsClientOptions tls;
  tls.ca_file = Cert("server");
  EXPECT_FALSE(Ask(tls).ok());
  tls.cert_file = Cert("client");
  tls.key_file = Key("client");
  EXPECT_TRUE(Ask(tls).ok());
}

TEST_F(HttpTls, CertificateIsReloadedAndABadOneChangesNothing) {
  options_.web_config = ServerConfig();
  Start();
  Make("server");
  TlsClientOptions renewed;
  renewed.ca_file = Cert("server");
  EXPECT_FALSE(Ask(renewed).ok());
  ASSERT_TRUE(server_->SetWebConfig(ServerConfig()).ok());
  EXPECT_TRUE(Ask(renewed).ok());
  auto bad = ServerConfig();
  bad->tls->cert_file = dir_.Join("missing.pem");
  const auto status = server_->SetWebConfig(bad);
  EXPECT_NE(base::Message(status).find("missing.pem"), std::string_view::npos);
  EXPECT_TRUE(Ask(renewed).ok());
}

TEST_F(HttpTls, WhatCannotBeLoadedIsToldWithItsKeyAndPlace) {
  options_.web_config = ServerConfig();
  Start();
  dir_.Write("junk.pem", "junk");
  const struct {
    std::string yaml;
    std::vector<std::string> want;
  } cases[] = {
      {"  cert_file: none.pem\n  key_file: server.key\n",
       {"web.yml:2:14: tls_server_config.cert_file: ", "none.pem"}},
      {"  cert_file: server.pem\n  key_file: none.key\n",
       {"web.yml:3:13: tls_server_config.key_file: ", "none.key"}},
      {"  cert_file: junk.pem\n  key_file: server.key\n",
       {"web.yml:2:14: tls_server_config.cert_file: ", "junk.pem: "}},
      {"  cert_file: server.pem\n  key_file: server.key\n  client_ca_file: junk.pem\n"
       "  client_auth_type: RequireAndVerifyClientCert\n",
       {"web.yml:4:19: tls_server_config.client_ca_file: ", "junk.pem: "}},
  };
  const auto fs = base::NewPosixFileSystem();
  for (const auto& c : cases) {
    const std::string path = dir_.Write("web.yml", "tls_server_config:\n" + c.yaml);
    auto config = base::http::LoadWebConfig(fs.get(), path);
    ASSERT_TRUE(config.ok()) << config.status();
    const base::Status status = server_->SetWebConfig(std::make_shared<WebConfig>(*config));
    for (const std::string& part : c.want) {
      EXPECT_NE(base::Message(status).find(part), std::string_view::npos) << status << c.yaml;
    }
  }
}

TEST_F(HttpTls, PlainTextOnATlsPortIsNotAnswered) {
  options_.web_config = ServerConfig();
  Start();
  RawClient raw(port());
  raw.Send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(raw.ReadAll().find("hello"), std::string::npos);
}

}  // namespace
}  // namespace vedette::test
