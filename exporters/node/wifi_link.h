#ifndef VEDETTE_EXPORTERS_NODE_WIFI_LINK_H_
#define VEDETTE_EXPORTERS_NODE_WIFI_LINK_H_

#include <string>
#include <vector>

#include "base/status.h"
#include "exporters/node/netlink.h"
#include "exporters/node/source_file.h"

namespace vedette::exporters::node {

// A peer of a wireless device: its access point, or one of its clients.
struct WifiStation {
  std::string address;
  double connected_seconds = 0;
  double inactive_seconds = 0;
  double receive_bits = 0;  // a second
  double transmit_bits = 0;
  double receive_bytes = 0;
  double transmit_bytes = 0;
  double receive_packets = 0;
  double transmit_packets = 0;
  double signal_dbm = 0;
  double retries = 0;
  double failed = 0;
  double beacon_loss = 0;
};

// A wireless network device.
struct WifiLink {
  std::string device;
  double megahertz = 0;
  bool has_access_point = false;
  std::string bssid;
  std::string ssid;
  std::string mode;  // "client", "ad-hoc", "unknown"
  std::vector<WifiStation> stations;
};

// Reads the wireless devices of this machine by generic netlink (nl80211), or those of a folder of
// JSON files. One thread; one owner, a collector.
class WifiReader {
 public:
  // `fixtures` is the folder, or "" for the kernel.
  explicit WifiReader(std::string fixtures);

  // NotFound where the kernel has no wireless subsystem.
  base::StatusOr<std::vector<WifiLink>> Read();

 private:
  struct Interface {
    uint32_t index = 0;
    WifiLink link;
  };

  base::StatusOr<std::vector<WifiLink>> ReadFixtures();
  base::Status ReadFixtureStations(WifiLink* link);
  base::Status FindFamily();
  base::Status Ask(uint8_t command, uint32_t interface,
                   const std::function<void(std::string_view attributes)>& take);

  const std::string fixtures_;
  SourceFile file_;
  NetlinkSocket socket_;
  uint16_t family_ = 0;  // the number of nl80211, or 0
};

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_WIFI_LINK_H_
