#ifndef VEDETTE_APP_AGENTS_PART_H_
#define VEDETTE_APP_AGENTS_PART_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "app/world.h"
#include "base/durable_map/durable_map.h"
#include "base/http/listen_address.h"
#include "base/status.h"
#include "collector/agents/registry.h"
#include "collector/api/agents_view.h"
#include "collector/scrape/discovery/agent_source.h"

namespace vedette::app {

// Who announces themselves, joined with the API and with discovery. Owned by the collector's parts;
// thread-safe.
class AgentsPart final : public api::AgentsView, public scrape::AnnouncedHosts {
 public:
  struct Options {
    std::string dir;
    int64_t silent_after_ms = 0;
    int64_t forget_after_ms = 0;
    std::vector<base::http::IpRange> allowed;  // --agents.allow-address
    // This host's node exporter is scraped anyway, as localhost.
    bool has_own_node = false;
  };
  // Errors: the folder cannot be used, a newer version wrote it.
  static base::StatusOr<std::unique_ptr<AgentsPart>> Open(const World& world,
                                                          const Options& options);

  base::Status Announce(const model::Announcement& announcement, const std::string& peer) override {
    return registry_->Announce(announcement, peer);
  }
  base::Status Check(const model::Announcement& announcement,
                     const std::string& peer) const override {
    return registry_->Check(announcement, peer);
  }
  std::vector<api::AnnouncedHostInfo> Hosts() const override;
  std::vector<api::RefusedAgentInfo> Refused() const override;
  base::Status Forget(const std::string& host) override { return registry_->Forget(host); }
  base::Status Release(const std::string& host) override { return registry_->Release(host); }

  std::vector<scrape::AnnouncedTarget> Targets(const std::string& job) const override;

  // Notes who is silent. Every few seconds.
  void Maintain() { registry_->Sweep(); }

 private:
  explicit AgentsPart(const Options& options) : options_(options) {}
  bool IsOwnNode(const std::string& host, const model::AnnouncedPage& page) const;

  const Options options_;
  std::unique_ptr<base::DurableMap> state_;
  std::unique_ptr<agents::Registry> registry_;
};

}  // namespace vedette::app

#endif  // VEDETTE_APP_AGENTS_PART_H_
