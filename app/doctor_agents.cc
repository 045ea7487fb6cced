#include "app/doctor_agents.h"

#include <boost/json.hpp>
#include <cstdlib>

#include "base/strings.h"

namespace vedette::app {
namespace {

constexpr char kAnnouncing[] = "announcing";
// What a scrape's and an alert's times bear; the collector's header has whole seconds.
constexpr int64_t kClockToleranceMs = 5'000;

std::string Member(const boost::json::object& from, const char* key) {
  const auto* found = from.if_contains(key);
  if (found == nullptr || !found->is_string()) return "";
  return std::string(found->get_string().data(), found->get_string().size());
}

Finding TargetFinding(const boost::json::object& target) {
  const std::string health = Member(target, "health");
  const std::string url = Member(target, "scrapeUrl");
  const std::string subject = "scrape of " + Member(target, "scrapePool");
  if (health == "up") return {Verdict::kOk, subject, "the collector reaches " + url};
  if (health != "down") return {Verdict::kNote, subject, url + " is not scraped yet"};
  return {Verdict::kProblem, subject,
          base::Concat({"the collector cannot scrape ", url, ": ", Member(target, "lastError")})};
}

void AddTargets(const std::string& body, std::vector<Finding>* out) {
  boost::system::error_code error;
  const boost::json::value parsed = boost::json::parse(body, error);
  const boost::json::value* targets = nullptr;
  if (!error && parsed.is_object()) {
    const auto* data = parsed.get_object().if_contains("data");
    if (data != nullptr && data->is_object()) targets = data->get_object().if_contains("targets");
  }
  if (targets == nullptr || !targets->is_array()) return;
  for (const boost::json::value& target : targets->get_array()) {
    if (target.is_object()) out->push_back(TargetFinding(target.get_object()));
  }
  if (!targets->get_array().empty()) return;
  out->push_back({Verdict::kNote, kAnnouncing,
                  "it has no targets of this host by its announcements: the agent does not run, "
                  "sends its samples, or the collector's configuration has no agent_sd_configs"});
}

// What to do about it.
std::string_view Advice(int status) {
  switch (status) {
    case 0:
      return "is the collector there, and is --push.url what the agent has?";
    case 401:
      return "the token or password is not one that the collector knows: --push.token-file";
    case 403:
      return "the token needs the scope push, or see the reason";
    default:
      return "";
  }
}

void AddClock(int64_t theirs_ms, int64_t now_ms, std::vector<Finding>* out) {
  if (theirs_ms == 0) return;
  const int64_t ahead_ms = now_ms - theirs_ms;
  if (std::llabs(ahead_ms) <= kClockToleranceMs) {
    return out->push_back({Verdict::kOk, "clock", "agrees with the collector's"});
  }
  out->push_back({Verdict::kProblem, "clock",
                  base::Concat({"this host's clock is ",
                                base::FormatDurationMs(std::llabs(ahead_ms) / 1000 * 1000),
                                ahead_ms > 0 ? " ahead of" : " behind",
                                " the collector's: log lines and sent "
                                "samples bear wrong times"})});
}

}  // namespace

std::vector<Finding> AnnouncingFindings(const std::string& url, const std::string& host,
                                        const announcer::Answer& answer, int64_t now_ms) {
  std::vector<Finding> out;
  if (answer.heard()) {
    out.push_back({Verdict::kOk, kAnnouncing,
                   base::Concat({"the collector at ", url, " listens to this host as ", host})});
    AddTargets(answer.body, &out);
  } else if (answer.status == 404) {
    out.push_back({Verdict::kNote, kAnnouncing,
                   base::Concat({"what answers at ", url,
                                 " takes no announcements: a scrape configuration has to name this "
                                 "host"})});
  } else {
    const std::string_view advice = Advice(answer.status);
    out.push_back({Verdict::kProblem, kAnnouncing,
                   base::Concat({"the collector at ", url, " does not listen to this host as ",
                                 host, ": ", answer.reason, advice.empty() ? "" : "; ", advice})});
  }
  AddClock(answer.date_ms, now_ms, &out);
  return out;
}

std::vector<Finding> AgentsFindings(const AgentsList& list) {
  std::vector<Finding> out;
  for (const ListedHost& host : list.hosts) {
    if (!host.silent) continue;
    out.push_back(
        {Verdict::kProblem, "host " + host.host,
         base::Concat({StateText(host), ", last at ",
                       host.address.empty() ? "an address unknown" : host.address,
                       ": is it up, and does its agent run? If it is gone: vedette agents "
                       "forget ",
                       host.host})});
  }
  for (const ListedRefusal& refusal : list.refused) {
    out.push_back({Verdict::kProblem, "host " + refusal.host,
                   base::Concat({"announced from ", refusal.peer, " and refused ",
                                 std::to_string(refusal.count), "x: ", refusal.reason})});
  }
  if (out.empty()) {
    out.push_back({Verdict::kOk, "hosts",
                   base::Concat({std::to_string(list.hosts.size()),
                                 " announced themselves, all are heard"})});
  }
  return out;
}

}  // namespace vedette::app
