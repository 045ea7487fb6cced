#ifndef VEDETTE_APP_METRICS_PUSH_H_
#define VEDETTE_APP_METRICS_PUSH_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/api_join.h"
#include "app/page_client.h"
#include "app/world.h"
#include "app/written_metadata.h"
#include "base/http/client_config.h"
#include "base/mutex.h"
#include "base/status.h"
#include "collector/remote/manager.h"
#include "collector/scrape/discovery/agent_source.h"
#include "collector/scrape/manager.h"
#include "collector/tsdb/store.h"
#include "model/announcement.h"

namespace vedette::app {

// The metrics of an agent that cannot be scraped (behind NAT): it scrapes its own exporters into a
// small store and sends them on by remote write, with the labels that a collector would give them.
// The store's log is the queue: a collector that is away costs disk alone. Owned by the agent verb.
class MetricsPush final : public scrape::AnnouncedHosts {
 public:
  struct Options {
    std::string state_dir;
    std::string url;  // of the collector; the path is added
    base::http::ClientConfig http;
    std::string host;
    std::vector<std::pair<std::string, std::string>> labels;
    std::function<std::vector<model::AnnouncedPage>()> pages;
    PageAnswer answer;
  };

  // Errors: the state folder cannot be used, or another process has it.
  static base::StatusOr<std::unique_ptr<MetricsPush>> Start(const World& world, Options options);
  ~MetricsPush() override;  // stops; what was not acknowledged is sent after the next start

  std::vector<scrape::AnnouncedTarget> Targets(const std::string& job) const override;

 private:
  MetricsPush(const World& world, Options options);
  base::Status Open();
  // Once the store has read its log.
  void Begin() VEDETTE_EXCLUDES(begin_mutex_);

  const World world_;
  const Options options_;
  WrittenMetadata no_metadata_;  // nobody writes to this store but us
  base::Mutex begin_mutex_;
  bool ended_ VEDETTE_GUARDED_BY(begin_mutex_) = false;
  std::unique_ptr<tsdb::Store> store_;
  std::unique_ptr<scrape::Manager> scraper_;
  std::unique_ptr<TargetsJoin> targets_view_;
  std::unique_ptr<remote::Manager> sender_;
};

}  // namespace vedette::app

#endif  // VEDETTE_APP_METRICS_PUSH_H_
