#ifndef VEDETTE_APP_DOCTOR_AGENTS_H_
#define VEDETTE_APP_DOCTOR_AGENTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "announcer/announcer.h"
#include "app/agents_list.h"
#include "base/status.h"

// What the doctor says of announcing: why a host is missing, seen from either side.

namespace vedette::app {

enum class Verdict { kOk, kNote, kProblem };

struct Finding {
  Verdict verdict;
  std::string subject;
  std::string text;
};

// The agent's side: what the collector at `url` says of this host, how it scrapes it, and whether
// the two clocks agree. `now_ms`: this host's wall clock when the answer came.
std::vector<Finding> AnnouncingFindings(const std::string& url, const std::string& host,
                                        const announcer::Answer& answer, int64_t now_ms);

// The collector's side: who is silent, who is refused.
std::vector<Finding> AgentsFindings(const AgentsList& list);

}  // namespace vedette::app

#endif  // VEDETTE_APP_DOCTOR_AGENTS_H_
