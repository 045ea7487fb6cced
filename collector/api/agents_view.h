#ifndef VEDETTE_COLLECTOR_API_AGENTS_VIEW_H_
#define VEDETTE_COLLECTOR_API_AGENTS_VIEW_H_

#include <cstdint>
#include <string>
#include <vector>

#include "base/http/router.h"
#include "base/status.h"
#include "base/telemetry.h"
#include "collector/api/views.h"
#include "model/announcement.h"

// Agents that announce their hosts, as the API sees them.

namespace vedette::api {

// A host whose agent announces itself. Times are Unix milliseconds, 0: never since the start.
struct AnnouncedHostInfo {
  std::string host;
  std::string id;       // the agent's
  std::string address;  // where it is scraped; empty: it sends
  std::string peer;     // where it announces itself from
  std::vector<model::AnnouncedPage> pages;
  StringPairs labels;
  bool sends = false;
  bool released = false;
  bool silent = false;
  double silent_seconds = 0;  // since it was heard last
  int64_t first_ms = 0;
  int64_t heard_ms = 0;
};

// An agent that is not listened to.
struct RefusedAgentInfo {
  std::string host;
  std::string id;
  std::string peer;
  std::string reason;
  uint64_t count = 0;
  int64_t last_ms = 0;
};

// Thread-safe. What the statuses are answered as: InvalidArgument 400,
// PermissionDenied 403, NotFound 404, AlreadyExists 409, ResourceExhausted 429, others 503.
class AgentsView {
 public:
  virtual ~AgentsView() = default;
  // `peer`: the numeric address at the other end of the connection.
  virtual base::Status Announce(const model::Announcement& announcement,
                                const std::string& peer) = 0;
  // What Announce would say; changes nothing.
  virtual base::Status Check(const model::Announcement& announcement,
                             const std::string& peer) const = 0;
  virtual std::vector<AnnouncedHostInfo> Hosts() const = 0;
  virtual std::vector<RefusedAgentInfo> Refused() const = 0;
  virtual base::Status Forget(const std::string& host) = 0;
  virtual base::Status Release(const std::string& host) = 0;
};

struct AgentsDeps {
  AgentsView* agents = nullptr;
  const TargetsView* targets = nullptr;
  base::Telemetry* telemetry = nullptr;
};
// POST /api/v1/agents (push; with ?check=true nothing is changed, and the answer has the host's
// targets), GET /api/v1/agents (read), DELETE /api/v1/agents/{host} and PUT
// /api/v1/agents/{host}/release (admin: methods that no web page of another origin may use)
void RegisterAgents(base::http::Router* router, const AgentsDeps& deps);

}  // namespace vedette::api

#endif  // VEDETTE_COLLECTOR_API_AGENTS_VIEW_H_
