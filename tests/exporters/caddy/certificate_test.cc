#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "base/http/server.h"
#include "base/strings.h"
#include "exporters/caddy/certificate_store.h"
#include "exporters/caddy/pki_answer.h"
#include "exporters/caddy/tls_probe.h"
#include "tests/support/capture_logger.h"
#include "tests/support/pve_stand_in.h"
#include "tests/support/shared_dir.h"
#include "tests/support/temp_dir.h"

namespace vedette::exporters::caddy {
namespace {

TEST(CaddyCertificate, OfARecordedAuthority) {
  VEDETTE_SHARED_OR_SKIP(path, "reference/exporters/caddy-samples/pki_ca_local.json");
  const auto answer = ReadPkiAnswer(test::ReadWholeFile(path));
  ASSERT_TRUE(answer.ok()) << answer.status();
  const auto root = ReadCertificate(answer->root);
  ASSERT_TRUE(root.ok()) << root.status();
  EXPECT_EQ(root->issuer, "Caddy Local Authority - 2026 ECC Root");
  EXPECT_EQ(root->not_before, 1795226510);  // 2026-11-21 02:01:50
  EXPECT_EQ(root->not_after, 2106266510);   // 2036-09-29 02:01:50
  const auto intermediate = ReadCertificate(answer->intermediate);
  ASSERT_TRUE(intermediate.ok());
  EXPECT_EQ(intermediate->not_after - intermediate->not_before, 7 * 24 * 3600);
}

TEST(CaddyCertificate, WhatIsNoneIsRefused) {
  for (const std::string& pem :
       {std::string(), std::string("garbage"),
        std::string("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        std::string(2 << 20, 'x')}) {
    EXPECT_FALSE(ReadCertificate(pem).ok());
  }
}

class CaddyCertificateStore : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string command = base::Concat(
        {"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 9 -subj "
         "/CN=site -keyout /dev/null -out '",
         dir_.Join("cert.pem"), "' 2>/dev/null"});
    if (std::system(command.c_str()) != 0) GTEST_SKIP() << "no openssl tool";
    pem_ = test::ReadWholeFile(dir_.Join("cert.pem"));
  }
  void Put(const std::string& path, const std::string& content) const {
    const std::filesystem::path full = dir_.Join("data/" + path);
    std::filesystem::create_directories(full.parent_path());
    dir_.Write("data/" + path, content);
  }
  base::Status Read() {
    sites_.clear();
    authorities_.clear();
    return store_.Read(dir_.Join("data"), &sites_, &authorities_);
  }

  const std::unique_ptr<base::FileSystem> fs_ = base::NewPosixFileSystem();
  test::TempDir dir_;
  std::string pem_;
  CertificateStore store_{fs_.get()};
  std::vector<CertificateStore::Site> sites_;
  std::vector<CertificateStore::Authority> authorities_;
};

TEST_F(CaddyCertificateStore, SitesAndAuthoritiesAreFound) {
  Put("certificates/acme-v02/a.test/a.test.crt", pem_);
  Put("certificates/acme-v02/a.test/a.test.key", "never read");
  Put("certificates/local/wildcard_.b.test/wildcard_.b.test.crt", pem_);
  Put("certificates/local/ordered.test/ordered.test.json", "{}");
  Put("pki/authorities/local/root.crt", pem_);
  Put("pki/authorities/local/intermediate.crt", pem_);
  EXPECT_TRUE(Read().ok());
  ASSERT_EQ(sites_.size(), 2u);
  EXPECT_EQ(sites_[0].name, "a.test");
  EXPECT_EQ(sites_[0].issuer, "acme-v02");
  EXPECT_EQ(sites_[0].certificate.not_after - sites_[0].certificate.not_before, 9 * 24 * 3600);
  EXPECT_EQ(sites_[1].name, "*.b.test");
  EXPECT_EQ(authorities_.size(), 2u);
}

TEST_F(CaddyCertificateStore, OneBadFileCostsItself) {
  Put("certificates/local/a.test/a.test.crt", "garbage");
  Put("certificates/local/b.test/b.test.crt", pem_);
  const base::Status status = Read();
  EXPECT_NE(base::Message(status).find("a.test.crt"), std::string_view::npos) << status;
  EXPECT_EQ(sites_.size(), 1u);
  Put("certificates/local/a.test/a.test.crt", pem_);  // renewed
  EXPECT_TRUE(Read().ok());
  EXPECT_EQ(sites_.size(), 2u);
}

TEST_F(CaddyCertificateStore, NoFolderIsNotFound) { EXPECT_TRUE(absl::IsNotFound(Read())); }

TEST(CaddyTlsProbe, NamesWithAndWithoutAddress) {
  EXPECT_EQ(ParseProbeTarget("a.test")->address, "127.0.0.1");
  EXPECT_EQ(ParseProbeTarget("A.test=[::1]:8443")->port, 8443);
  EXPECT_EQ(ParseProbeTarget("A.test=[::1]:8443")->name, "a.test");
  for (const char* text :
       {"", "=127.0.0.1:1", "a=host:1", "a=127.0.0.1", "a=:443", "a=1.2.3.4:0"}) {
    EXPECT_FALSE(ParseProbeTarget(text).ok()) << text;
  }
}

TEST(CaddyTlsProbe, TakesTheCertificateThatIsShown) {
  const auto server = test::PveStandIn::Start("");
  if (!server.ok()) GTEST_SKIP() << server.status();
  const auto target = ParseProbeTarget("pve1=" + (*server)->target());
  ASSERT_TRUE(target.ok());
  const auto certificate = TakeCertificate(*target, std::chrono::seconds(5));
  ASSERT_TRUE(certificate.ok()) << certificate.status();
  EXPECT_EQ(certificate->issuer, "pve1");
  EXPECT_EQ(certificate->not_after - certificate->not_before, 2 * 24 * 3600);
}

TEST(CaddyTlsProbe, RefusedPlainAndSilentServersAreErrors) {
  std::signal(SIGPIPE, SIG_IGN);  // as the program has it
  EXPECT_FALSE(TakeCertificate({"a", "127.0.0.1", 1}, std::chrono::seconds(5)).ok());

  base::SystemClock clock;
  test::CaptureLogger logger;
  base::http::Router router;
  base::http::Server::Options options;
  options.listen = {"127.0.0.1:0"};
  options.router = &router;
  options.clock = &clock;
  options.logger = &logger;
  auto plain = base::http::Server::Start(options);
  ASSERT_TRUE(plain.ok());
  const uint16_t port = (*plain)->Ports().front();
  EXPECT_FALSE(TakeCertificate({"a", "127.0.0.1", port}, std::chrono::seconds(5)).ok());
  // No time at all, as of a server that says nothing.
  EXPECT_TRUE(absl::IsDeadlineExceeded(
      TakeCertificate({"a", "127.0.0.1", port}, std::chrono::milliseconds(0)).status()));
}

}  // namespace
}  // namespace vedette::exporters::caddy
