#ifndef VEDETTE_APP_SHIP_FLAGS_H_
#define VEDETTE_APP_SHIP_FLAGS_H_

#include <memory>
#include <string>
#include <vector>

#include "app/world.h"
#include "base/status.h"
#include "shipper/shipper.h"

namespace CLI {
class App;
}

namespace vedette::app {

// The shipper on the command line. Outlives the parsing.
class ShipFlags {
 public:
  explicit ShipFlags(CLI::App* verb);
  // InvalidArgument names the flag, what was found and what is allowed.
  base::StatusOr<shipper::Shipper::Options> Check(const World& world) const;

 private:
  void AddPushFlags(CLI::App* verb);

  shipper::Shipper::Options options_;
  std::string time_zone_ = "Local";
  std::vector<std::string> files_;
};

}  // namespace vedette::app

#endif  // VEDETTE_APP_SHIP_FLAGS_H_
