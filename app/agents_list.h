#ifndef VEDETTE_APP_AGENTS_LIST_H_
#define VEDETTE_APP_AGENTS_LIST_H_

#include <string>
#include <vector>

#include "base/status.h"

// The collector's answer to GET /api/v1/agents, for those who show it.

namespace vedette::app {

struct ListedHost {
  std::string host;
  std::string id;
  std::string address;  // "" where it sends
  std::string jobs;     // "node, redis"
  bool silent = false;
  bool released = false;
  double silent_seconds = 0;
};

struct ListedRefusal {
  std::string host;
  std::string id;
  std::string peer;
  std::string reason;
  uint64_t count = 0;
};

struct AgentsList {
  std::vector<ListedHost> hosts;
  std::vector<ListedRefusal> refused;
};

// DataLoss where `body` is not what a collector answers.
base::StatusOr<AgentsList> ParseAgentsList(const std::string& body);

// A line a host, then one a refusal.
std::string AgentsTable(const AgentsList& list);

// "heard 12s ago", "silent for 5m"
std::string StateText(const ListedHost& host);

}  // namespace vedette::app

#endif  // VEDETTE_APP_AGENTS_LIST_H_
