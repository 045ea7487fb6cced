#ifndef VEDETTE_APP_ALERTING_PART_H_
#define VEDETTE_APP_ALERTING_PART_H_

#include <memory>
#include <string>

#include "alerting/notify/outbox.h"
#include "alerting/routing/config.h"
#include "alerting/routing/router.h"
#include "app/reserve_file.h"
#include "app/rules_join.h"
#include "app/world.h"
#include "base/durable_map/durable_map.h"
#include "base/http/client.h"
#include "base/status.h"

namespace vedette::app {

// Says that some of the state of `dir` did not check when it was read; the rest is in force.
inline void SayDamage(const World& world, const base::DurableMap& state, const std::string& dir) {
  if (state.corrupt_frames() == 0) return;
  world.logger->Error("alert state was damaged on disk, what does not check is left out",
                      {{"folder", dir}, {"damaged_records", state.corrupt_frames()}});
}

// The collector's part `alertmanager`: routing, its outbox, and the state both share on disk.
class AlertingPart {
 public:
  // Opens the state under DIR/alerting. `external_url` is for links.
  static base::StatusOr<std::unique_ptr<AlertingPart>> Open(const World& world,
                                                            const std::string& dir,
                                                            routing::Config config,
                                                            const std::string& external_url);

  void Start();
  void Stop();
  void SetConfig(routing::Config config);
  // Takes back the reserve when there is room again. Called now and then.
  void Maintain() { reserve_.Arm(); }

  routing::Router* router() { return router_.get(); }

 private:
  AlertingPart(const World& world, const std::string& dir);

  ReserveFile reserve_;
  std::unique_ptr<base::http::Client> client_;
  std::unique_ptr<base::DurableMap> state_;
  std::unique_ptr<notify::Outbox> outbox_;
  std::unique_ptr<OutboxSink> sink_;
  std::unique_ptr<routing::Router> router_;
};

}  // namespace vedette::app

#endif  // VEDETTE_APP_ALERTING_PART_H_
