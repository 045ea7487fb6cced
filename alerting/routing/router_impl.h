#ifndef VEDETTE_ALERTING_ROUTING_ROUTER_IMPL_H_
#define VEDETTE_ALERTING_ROUTING_ROUTER_IMPL_H_

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "alerting/routing/alert_record.h"
#include "alerting/routing/inhibitor.h"
#include "alerting/routing/route_tree.h"
#include "alerting/routing/router.h"
#include "alerting/routing/sent_log.h"

namespace vedette::routing {

// The router without its lock and thread: every method is called under Router::mutex_.
class Router::Impl {
 public:
  Impl(const Options& options, Config config);

  base::Status Load();
  base::Status Post(std::vector<model::Alert> alerts);
  void SetConfig(Config config);
  int64_t RunDue();

  std::vector<AlertView> Alerts() const;
  std::vector<GroupView> Groups() const;
  const Config& config() const { return config_; }

 private:
  using Fingerprints = std::set<uint64_t>;
  using GroupId = std::pair<size_t, model::Labels>;  // index of the route, group labels

  struct Group {
    std::string key;
    Fingerprints alerts;
    int64_t due_ns = 0;  // monotonic
    bool flushed = false;
  };
  // The alerts of a group as they stand at its flush.
  struct Standing {
    std::vector<const AlertRecord*> ordered;  // as notifications list them
    Fingerprints firing;
    Fingerprints muted;  // firing and inhibited
    Fingerprints resolved;
    Fingerprints resolved_muted;  // resolved and inhibited
  };

  void Insert(uint64_t fingerprint, AlertRecord record);
  void Assign(uint64_t fingerprint, const AlertRecord& record);
  Group& FindOrAddGroup(size_t route, const model::Labels& labels);
  int64_t FirstDue(const Route& route, const Group& group) const;
  void Regroup();
  void Flush(const GroupId& id, Group* group, const Inhibitor& inhibitor, int64_t now_ms);
  void SayFlushed(const Group& group, const base::Status& status);
  Standing Assess(const Group& group, const Inhibitor& inhibitor, int64_t now_ms) const;
  void Notify(const GroupId& id, const Group& group, const model::Integration& integration,
              const Standing& standing, int64_t now_ms, base::DurableMap::Batch* batch,
              std::map<std::string, SentEntry>* sent);
  model::Notification Compose(const GroupId& id, const Group& group,
                              const model::Integration& integration, const Standing& standing,
                              const Fingerprints& told, int64_t now_ms) const;
  Fingerprints Finished(const GroupId& id, const Standing& standing) const;
  void ExpireSentLog();
  Inhibitor MakeInhibitor(int64_t now_ms) const;
  AlertView View(const AlertRecord& record, const Inhibitor& inhibitor) const;
  const model::Receiver* FindReceiver(const std::string& name) const;

  const Options options_;
  Config config_;
  std::unique_ptr<RouteTree> tree_;
  std::map<uint64_t, AlertRecord> alerts_;
  std::map<GroupId, Group> groups_;
  std::map<std::string, SentEntry> sent_;  // by SentKey
  int64_t next_expiry_ns_ = 0;
  bool flushes_fail_ = false;  // what the log was last told
  base::Counter* notifications_ = nullptr;
  base::Counter* failures_ = nullptr;
};

}  // namespace vedette::routing

#endif  // VEDETTE_ALERTING_ROUTING_ROUTER_IMPL_H_
