#ifndef VEDETTE_APP_ANNOUNCE_FLAGS_H_
#define VEDETTE_APP_ANNOUNCE_FLAGS_H_

#include <string>
#include <utility>
#include <vector>

#include "announcer/announcer.h"
#include "app/world.h"
#include "base/status.h"
#include "shipper/shipper.h"

namespace CLI {
class App;
}

namespace vedette::app {

// How the agent announces its host, on the command line. URL, credentials, host and state folder
// are the shipper's. Outlives the parsing.
class AnnounceFlags {
 public:
  explicit AnnounceFlags(CLI::App* verb);

  bool enabled() const { return enabled_; }
  bool pushes_metrics() const { return push_metrics_; }
  // All but the identity and the pages. InvalidArgument names the flag, what was found and what is
  // allowed. `ship`: the shipper's flags, checked.
  base::StatusOr<announcer::Announcer::Options> Check(const World& world,
                                                      const shipper::Shipper::Options& ship) const;

 private:
  bool enabled_ = true;
  bool push_metrics_ = false;
  std::string address_;
  std::string interval_ = "30s";
  std::vector<std::string> labels_;
};

// The identity in the state folder, made there at the first start with mode 0600.
base::StatusOr<announcer::Identity> OwnIdentity(const World& world, const std::string& state_dir);

// How the shipper reaches the collector, for others that do.
base::http::ClientConfig PushClientConfig(const shipper::Shipper::Options& ship);

}  // namespace vedette::app

#endif  // VEDETTE_APP_ANNOUNCE_FLAGS_H_
