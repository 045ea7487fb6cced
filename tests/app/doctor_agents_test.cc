#include "app/doctor_agents.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace vedette::app {
namespace {

constexpr int64_t kNowMs = 1'795'000'000'000;

std::string TextOf(const std::vector<Finding>& findings) {
  constexpr const char* kNames[] = {"ok", "note", "problem"};
  std::string out;
  for (const Finding& finding : findings) {
    out += std::string(kNames[static_cast<int>(finding.verdict)]) + " " + finding.subject + ": " +
           finding.text + "\n";
  }
  return out;
}

std::string Announcing(int status, const std::string& reason, const std::string& body = "",
                       int64_t date_ms = kNowMs) {
  announcer::Answer answer;
  answer.status = status;
  answer.reason = reason;
  answer.body = body;
  answer.date_ms = date_ms;
  return TextOf(AnnouncingFindings("http://c", "web1", answer, kNowMs));
}

TEST(DoctorAgents, SaysHowTheCollectorScrapesTheHost) {
  const std::string text = Announcing(
      200, "",
      R"({"data":{"targets":[{"scrapePool":"node","scrapeUrl":"http://a","health":"up"},)"
      R"({"scrapePool":"redis","scrapeUrl":"http://b","health":"down","lastError":"refused"},)"
      R"({"scrapePool":"pve","scrapeUrl":"http://d","health":"unknown"}]}})");
  EXPECT_EQ(text,
            "ok announcing: the collector at http://c listens to this host as web1\n"
            "ok scrape of node: the collector reaches http://a\n"
            "problem scrape of redis: the collector cannot scrape http://b: refused\n"
            "note scrape of pve: http://d is not scraped yet\n"
            "ok clock: agrees with the collector's\n");
}

TEST(DoctorAgents, SaysWhyTheCollectorDoesNotListen) {
  EXPECT_NE(Announcing(0, "connection refused", "", 0).find("problem announcing"),
            std::string::npos);
  EXPECT_NE(Announcing(401, "HTTP 401").find("--push.token-file"), std::string::npos);
  EXPECT_NE(Announcing(403, "HTTP 403").find("scope push"), std::string::npos);
  EXPECT_NE(Announcing(409, "HTTP 409: taken").find("HTTP 409: taken"), std::string::npos);
  EXPECT_NE(Announcing(404, "HTTP 404").find("note announcing"), std::string::npos);
  EXPECT_NE(Announcing(200, "", "{}").find("ok announcing"), std::string::npos);
  EXPECT_NE(Announcing(200, "", R"({"data":{"targets":[]}})").find("it has no targets"),
            std::string::npos);
}

TEST(DoctorAgents, SaysWhoseClockIsWrong) {
  EXPECT_NE(Announcing(409, "x", "", kNowMs - 90'000).find("1m30s ahead of the collector's"),
            std::string::npos);
  EXPECT_NE(Announcing(200, "", "", kNowMs + 6'000).find("6s behind the collector's"),
            std::string::npos);
  EXPECT_NE(Announcing(200, "", "", kNowMs + 4'000).find("ok clock"), std::string::npos);
}

TEST(AgentsList, IsReadAndShown) {
  const auto list = ParseAgentsList(
      R"({"status":"success","data":{"hosts":[{"host":"web1","id":"0123456789","address":"10.0.0.1",)"
      R"("pages":[{"job":"node"},{"job":"redis"}],"silent":false,"silentSeconds":12.5},)"
      R"({"host":"nat","id":"ffffffffff","address":"","pages":[],"silent":true,)"
      R"("silentSeconds":300,"released":true}],)"
      R"("refused":[{"host":"web1","id":"abcdef0123","peer":"10.0.0.2","reason":"taken","count":3}]}})");
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_EQ(AgentsTable(*list),
            "HOST  STATE                    ADDRESS   AGENT     PAGES\n"
            "web1  heard 12s ago            10.0.0.1  01234567  node, redis\n"
            "nat   silent for 5m, released  sends     ffffffff  \n"
            "refused 3x: web1 from 10.0.0.2, agent abcdef01: taken\n");
  const std::string text = TextOf(AgentsFindings(*list));
  EXPECT_NE(text.find("problem host nat: silent for 5m"), std::string::npos) << text;
  EXPECT_NE(text.find("problem host web1: announced from 10.0.0.2 and refused 3x: taken"),
            std::string::npos);
  EXPECT_EQ(TextOf(AgentsFindings({})), "ok hosts: 0 announced themselves, all are heard\n");
}

TEST(AgentsList, AnotherServersAnswerIsNone) {
  for (const char* body : {"", "[]", "{}", R"({"data":[]})", R"({"data":{}})", "<html>"}) {
    EXPECT_TRUE(absl::IsDataLoss(ParseAgentsList(body).status())) << body;
  }
}

}  // namespace
}  // namespace vedette::app
