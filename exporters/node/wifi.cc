// node_wifi_* by nl80211, or from the files of --collector.wifi.fixtures.
#include "exporters/node/collectors.h"
#include "exporters/node/family_table.h"
#include "exporters/node/wifi_link.h"

namespace vedette::exporters::node {
namespace {

struct StationRow {
  FamilySpec family;
  double WifiStation::*value;
};
constexpr StationRow kStation[] = {
    {{"node_wifi_station_connected_seconds_total", Kind::kCounter,
      "The total number of seconds a station has been connected to an access point."},
     &WifiStation::connected_seconds},
    {{"node_wifi_station_inactive_seconds", Kind::kGauge,
      "The number of seconds since any wireless activity has occurred on a station."},
     &WifiStation::inactive_seconds},
    {{"node_wifi_station_receive_bits_per_second", Kind::kGauge,
      "The current WiFi receive bitrate of a station, in bits per second."},
     &WifiStation::receive_bits},
    {{"node_wifi_station_transmit_bits_per_second", Kind::kGauge,
      "The current WiFi transmit bitrate of a station, in bits per second."},
     &WifiStation::transmit_bits},
    {{"node_wifi_station_receive_bytes_total", Kind::kCounter,
      "The total number of bytes received by a WiFi station."},
     &WifiStation::receive_bytes},
    {{"node_wifi_station_transmit_bytes_total", Kind::kCounter,
      "The total number of bytes transmitted by a WiFi station."},
     &WifiStation::transmit_bytes},
    {{"node_wifi_station_received_packets_total", Kind::kCounter,
      "The total number of packets received by a station."},
     &WifiStation::receive_packets},
    {{"node_wifi_station_transmitted_packets_total", Kind::kCounter,
      "The total number of packets transmitted by a station."},
     &WifiStation::transmit_packets},
    {{"node_wifi_station_signal_dbm", Kind::kGauge,
      "The current WiFi signal strength, in decibel-milliwatts (dBm)."},
     &WifiStation::signal_dbm},
    {{"node_wifi_station_transmit_retries_total", Kind::kCounter,
      "The total number of times a station has had to retry while sending a packet."},
     &WifiStation::retries},
    {{"node_wifi_station_transmit_failed_total", Kind::kCounter,
      "The total number of times a station has failed to send a packet."},
     &WifiStation::failed},
    {{"node_wifi_station_beacon_loss_total", Kind::kCounter,
      "The total number of times a station has detected a beacon loss."},
     &WifiStation::beacon_loss},
};
constexpr FamilySpec kFrequency = {
    "node_wifi_interface_frequency_hertz", Kind::kGauge,
    "The current frequency a WiFi interface is operating at, in hertz."};
constexpr FamilySpec kInfo = {
    "node_wifi_station_info", Kind::kGauge,
    "Labeled WiFi interface station information as provided by the operating system."};

class Wifi final : public Collector {
 public:
  explicit Wifi(const std::string& fixtures) : reader_(fixtures) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    const auto links = reader_.Read();
    if (!links.ok()) return AbsentIsNoData(links.status());
    FamilyRef frequency = OpenFamily(kFrequency, sink);
    FamilyRef info = OpenFamily(kInfo, sink);
    for (const WifiLink& link : *links) {
      frequency.Add(link.megahertz * 1e6, {{"device", link.device}});
      if (link.has_access_point) {
        info.Add(1, {{"bssid", link.bssid},
                     {"device", link.device},
                     {"mode", link.mode},
                     {"ssid", link.ssid}});
      }
      for (const WifiStation& station : link.stations) AddStation(link, station, sink);
    }
    return base::Status();
  }

 private:
  static void AddStation(const WifiLink& link, const WifiStation& station, FamilySink* sink) {
    for (const StationRow& row : kStation) {
      OpenFamily(row.family, sink)
          .Add(station.*row.value, {{"device", link.device}, {"mac_address", station.address}});
    }
  }

  WifiReader reader_;
};

}  // namespace

MadeCollector MakeWifi(const CollectorContext& context) {
  return std::make_unique<Wifi>(context.options->wifi.fixtures);
}

}  // namespace vedette::exporters::node
