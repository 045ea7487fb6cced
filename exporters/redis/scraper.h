#ifndef VEDETTE_EXPORTERS_REDIS_SCRAPER_H_
#define VEDETTE_EXPORTERS_REDIS_SCRAPER_H_

#include <prometheus/metric_family.h>

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/fs.h"
#include "base/status.h"
#include "exporters/redis/address.h"
#include "exporters/redis/config_metrics.h"
#include "exporters/redis/connection.h"
#include "exporters/redis/info_metrics.h"
#include "exporters/redis/key_inspector.h"
#include "exporters/redis/metric_set.h"
#include "exporters/redis/options.h"
#include "exporters/redis/script_metrics.h"

namespace re2 {
class RE2;
}

namespace vedette::exporters::redis {

// What a target is scraped with. Borrows `options`, `fs` and `clock`.
struct Target {
  const RedisOptions* options = nullptr;
  base::FileSystem* fs = nullptr;
  const base::Clock* clock = nullptr;
  Resolver* resolver = nullptr;
  Address address;
  Login login;
  KeyLists keys;
  std::shared_ptr<const std::vector<Script>> scripts;
  std::shared_ptr<const re2::RE2> search_indexes;
};

// Scrapes one server, one scrape at a time: one round trip for all that every server is asked, more
// where the flags ask for keys, clusters, sentinels. The connection stays open from one scrape to
// the next; one that the server has closed is opened anew within the scrape. One thread.
class Scraper {
 public:
  explicit Scraper(Target target);

  // What the scrape said of itself beside its metrics.
  struct Outcome {
    bool up = false;      // INFO was answered
    base::Status status;  // the first failure; never holds a password
    double seconds = 0;
  };

  // Adds the server's metrics and *_up, *_last_scrape_*; what was had before a failure stays.
  Outcome Scrape(const Deadline& deadline, std::vector<prometheus::MetricFamily>* families);

  // The nodes of the server's cluster.
  base::StatusOr<std::vector<ClusterNode>> ReadClusterNodes(const Deadline& deadline);

 private:
  // What every server is asked, in one round trip; a question that is not asked has a nil answer.
  enum Question {
    kConfig,
    kInfo,
    kClusterInfo,
    kSpikes,
    kHistograms,
    kSlowLogLength,
    kSlowLogNewest,
    kClients,
    kModules,
    kTile38,
    kQuestionCount,
  };
  using Answers = std::array<Reply, kQuestionCount>;

  Command CommandOf(Question question) const;
  base::Status Run(const Deadline& deadline, MetricSet* plain, MetricSet* metrics);
  base::Status EnsureConnection(const Deadline& deadline);
  base::StatusOr<Answers> Ask(const Deadline& deadline);
  base::Status AskInfo(const Deadline& deadline, Answers* answers);
  base::Status Ping(const Deadline& deadline, MetricSet* plain);
  void AddAnswers(const Answers& answers, MetricSet* metrics);
  base::Status AddMore(const Deadline& deadline, MetricSet* metrics);
  base::Status AddKeyMetrics(const Deadline& deadline, MetricSet* metrics);
  base::Status AddGroups(const Deadline& deadline, MetricSet* metrics);
  base::StatusOr<std::vector<KeyNode>> KeyNodes(const Deadline& deadline);
  void AddRdbSize(const std::string& path, MetricSet* metrics) const;
  double SecondsSince(int64_t mono_ns) const;
  std::string SafeText(const base::Status& status) const;

  const Target target_;
  const RedisOptions& options_;
  KeyInspector keys_;
  std::unique_ptr<Connection> connection_;  // null between a failure and the next scrape
  bool is_reused_ = false;                  // the connection has served a scrape before
  bool up_ = false;
  int databases_ = 0;
  InfoFacts facts_;  // of the last INFO
  std::vector<ClusterNode> cluster_;
  std::map<std::string, std::unique_ptr<Connection>> cluster_connections_;
};

}  // namespace vedette::exporters::redis

#endif  // VEDETTE_EXPORTERS_REDIS_SCRAPER_H_
