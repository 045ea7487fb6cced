#include "exporters/caddy/config_facts.h"

#include <gtest/gtest.h>

#include "exporters/caddy/pki_answer.h"
#include "exporters/caddy/upstream_list.h"
#include "tests/support/shared_dir.h"

namespace vedette::exporters::caddy {
namespace {

TEST(CaddyConfigFacts, OfARecordedConfiguration) {
  VEDETTE_SHARED_OR_SKIP(path, "reference/exporters/caddy-samples/config.json");
  const auto facts = ReadConfigFacts(test::ReadWholeFile(path));
  ASSERT_TRUE(facts.ok()) << facts.status();
  ASSERT_EQ(facts->servers.size(), 2u);
  EXPECT_EQ(facts->servers[0].name, "srv0");
  EXPECT_EQ(facts->servers[0].listen, ":28080");
  EXPECT_EQ(facts->servers[0].routes, 1u);
  EXPECT_EQ(facts->servers[0].hosts, 1u);
  EXPECT_TRUE(facts->servers[0].has_access_log);
  EXPECT_EQ(facts->hosts, (std::set<std::string>{"app.test", "tls.test"}));
  EXPECT_EQ(facts->upstreams,
            (std::set<std::string>{"127.0.0.1:19801", "127.0.0.1:19802", "127.0.0.1:19899"}));
  EXPECT_EQ(facts->log_files,
            (std::set<std::string>{"/var/lib/caddy/logs/perhost-app-access.log",
                                   "/var/lib/caddy/logs/perhost-process.log",
                                   "/var/lib/caddy/logs/perhost-tls-access.log"}));
  EXPECT_EQ(facts->authorities, (std::set<std::string>{"local"}));
  EXPECT_TRUE(facts->has_metrics);
}

TEST(CaddyConfigFacts, LoggersWithoutAccessLogsAndOtherWritersAreNotFollowed) {
  const auto facts = ReadConfigFacts(
      R"({"storage":{"module":"file_system","root":"/data"},"logging":{"logs":{)"
      R"("a":{"include":["admin"],"writer":{"output":"file","filename":"/a"}},)"
      R"("b":{"writer":{"output":"net","address":"x"}},)"
      R"("c":{"include":["http.log.access.x"],"writer":{"output":"file","filename":"/c"}},)"
      R"("d":{"include":["http.log.access.x"],"writer":{"output":"file","filename":"d"}}}}})");
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(facts->log_files, (std::set<std::string>{"/c"}));
  EXPECT_EQ(facts->storage, "/data");
  EXPECT_TRUE(facts->servers.empty());
  EXPECT_FALSE(facts->has_metrics);
}

TEST(CaddyConfigFacts, AnotherConfigurationHasAnotherHash) {
  EXPECT_NE(ReadConfigFacts("{}")->hash, ReadConfigFacts("{ }")->hash);
  EXPECT_TRUE(ReadConfigFacts("null\n").ok());
}

TEST(CaddyConfigFacts, WhatIsNoneIsRefusedWithoutBeingRepeated) {
  const std::string deep(5000, '[');
  for (const std::string& text :
       {std::string("<html>$2a$14$secret"), std::string("[1]"), std::string("{\"a\":"),
        std::string(), deep, std::string("\"$2a$14$secret\"")}) {
    const auto facts = ReadConfigFacts(text);
    ASSERT_FALSE(facts.ok()) << text.substr(0, 20);
    EXPECT_EQ(base::Message(facts.status()).find("secret"), std::string_view::npos);
  }
  // Any types in any place are borne.
  for (const char* text :
       {R"({"apps":7})", R"({"apps":{"http":{"servers":[1]}}})", R"({"logging":{"logs":[]}})",
        R"({"apps":{"http":{"servers":{"a":7}}}})",
        R"({"apps":{"http":{"servers":{"a":{"listen":"x","routes":{"match":[{"host":7}]}}}}}})"}) {
    EXPECT_TRUE(ReadConfigFacts(text).ok()) << text;
  }
}

TEST(CaddyUpstreams, ListIsReadAndAnythingElseRefused) {
  const auto upstreams =
      ReadUpstreams(R"([{"address":"127.0.0.1:1","num_requests":2,"fails":3},{"address":"b"}])");
  ASSERT_TRUE(upstreams.ok()) << upstreams.status();
  ASSERT_EQ(upstreams->size(), 2u);
  EXPECT_EQ(upstreams->at(0).requests, 2);
  EXPECT_EQ(upstreams->at(0).fails, 3);
  EXPECT_TRUE(ReadUpstreams("null")->empty());
  for (const char* text : {"{}", "[1]", "[{}]", "", "<html>"}) {
    EXPECT_FALSE(ReadUpstreams(text).ok()) << text;
  }
}

TEST(CaddyPki, AnswerWithoutCertificatesIsRefused) {
  EXPECT_EQ(ReadPkiAnswer(R"({"root_certificate":"a","intermediate_certificate":"b"})")->root, "a");
  for (const char* text : {"{}", "[]", "", R"({"root_certificate":7})"}) {
    EXPECT_FALSE(ReadPkiAnswer(text).ok()) << text;
  }
}

}  // namespace
}  // namespace vedette::exporters::caddy
