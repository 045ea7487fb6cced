#include "exporters/node/ethtool_device.h"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>

#include <cstring>
#include <string_view>

namespace vedette::exporters::node {
namespace {

// No driver has near as many; one that says so must not take the memory of the host.
constexpr uint32_t kMaxStatistics = 65536;

constexpr SpeedMode kSpeeds[] = {
    {ETHTOOL_LINK_MODE_10baseT_Half_BIT, 10, false, "T"},
    {ETHTOOL_LINK_MODE_10baseT_Full_BIT, 10, true, "T"},
    {ETHTOOL_LINK_MODE_100baseT_Half_BIT, 100, false, "T"},
    {ETHTOOL_LINK_MODE_100baseT_Full_BIT, 100, true, "T"},
    {ETHTOOL_LINK_MODE_1000baseT_Half_BIT, 1000, false, "T"},
    {ETHTOOL_LINK_MODE_1000baseT_Full_BIT, 1000, true, "T"},
    {ETHTOOL_LINK_MODE_10000baseT_Full_BIT, 10000, true, "T"},
    {ETHTOOL_LINK_MODE_1000baseKX_Full_BIT, 1000, true, "KX"},
    {ETHTOOL_LINK_MODE_10000baseKX4_Full_BIT, 10000, true, "KX4"},
    {ETHTOOL_LINK_MODE_10000baseKR_Full_BIT, 10000, true, "KR"},
    {ETHTOOL_LINK_MODE_10000baseR_FEC_BIT, 10000, true, "R_FEC"},
    {ETHTOOL_LINK_MODE_20000baseMLD2_Full_BIT, 20000, true, "MLD2"},
    {ETHTOOL_LINK_MODE_20000baseKR2_Full_BIT, 20000, true, "KR2"},
    {ETHTOOL_LINK_MODE_40000baseKR4_Full_BIT, 40000, true, "KR4"},
    {ETHTOOL_LINK_MODE_40000baseCR4_Full_BIT, 40000, true, "CR4"},
    {ETHTOOL_LINK_MODE_40000baseSR4_Full_BIT, 40000, true, "SR4"},
    {ETHTOOL_LINK_MODE_40000baseLR4_Full_BIT, 40000, true, "LR4"},
    {ETHTOOL_LINK_MODE_56000baseKR4_Full_BIT, 56000, true, "KR4"},
    {ETHTOOL_LINK_MODE_56000baseCR4_Full_BIT, 56000, true, "CR4"},
    {ETHTOOL_LINK_MODE_56000baseSR4_Full_BIT, 56000, true, "SR4"},
    {ETHTOOL_LINK_MODE_56000baseLR4_Full_BIT, 56000, true, "LR4"},
    {ETHTOOL_LINK_MODE_25000baseCR_Full_BIT, 25000, true, "CR"},
};

constexpr PortKind kPorts[] = {
    {ETHTOOL_LINK_MODE_TP_BIT, "TP"},   {ETHTOOL_LINK_MODE_AUI_BIT, "AUI"},
    {ETHTOOL_LINK_MODE_MII_BIT, "MII"}, {ETHTOOL_LINK_MODE_FIBRE_BIT, "FIBRE"},
    {ETHTOOL_LINK_MODE_BNC_BIT, "BNC"}, {ETHTOOL_LINK_MODE_Backplane_BIT, "Backplane"},
};

// A text that fills its field has no end of its own.
template <size_t N>
std::string FieldText(const char (&field)[N]) {
  return std::string(field, ::strnlen(field, N));
}

// A request whose struct ends in an array, with room for it.
template <typename Head>
class Request {
 public:
  Request(uint32_t command, size_t array_bytes) : bytes_(sizeof(Head) + array_bytes) {
    std::memcpy(bytes_.data(), &command, sizeof command);
  }
  void SetHead(const Head& head) { std::memcpy(bytes_.data(), &head, sizeof head); }
  Head head() const {
    Head head{};
    std::memcpy(&head, bytes_.data(), sizeof head);
    return head;
  }
  const char* array() const { return bytes_.data() + sizeof(Head); }
  void* data() { return bytes_.data(); }

 private:
  std::vector<char> bytes_;
};

}  // namespace

const int kAutonegotiateBit = ETHTOOL_LINK_MODE_Autoneg_BIT;
const int kPauseBit = ETHTOOL_LINK_MODE_Pause_BIT;
const int kAsymmetricPauseBit = ETHTOOL_LINK_MODE_Asym_Pause_BIT;

std::span<const SpeedMode> SpeedModes() { return kSpeeds; }
std::span<const PortKind> PortKinds() { return kPorts; }

bool EthtoolDevice::Ask(void* request) const {
  ifreq interface {};
  if (device_.size() >= sizeof interface.ifr_name) return false;
  std::memcpy(interface.ifr_name, device_.data(), device_.size());
  interface.ifr_data = static_cast<char*>(request);
  return ::ioctl(socket_, SIOCETHTOOL, &interface) == 0;
}

std::optional<EthtoolLink> EthtoolDevice::GetLink() const {
  ethtool_cmd request{};
  request.cmd = ETHTOOL_GSET;
  if (!Ask(&request)) return std::nullopt;
  return EthtoolLink{request.supported, request.advertising, request.autoneg == AUTONEG_ENABLE};
}

std::optional<EthtoolDriver> EthtoolDevice::GetDriver() const {
  ethtool_drvinfo request{};
  request.cmd = ETHTOOL_GDRVINFO;
  if (!Ask(&request)) return std::nullopt;
  return EthtoolDriver{FieldText(request.driver), FieldText(request.version),
                       FieldText(request.fw_version), FieldText(request.bus_info),
                       FieldText(request.erom_version)};
}

// Asked first with no room for link modes, the kernel says how much it wants, negated.
std::optional<EthtoolSpeed> EthtoolDevice::GetSpeed() const {
  ethtool_link_settings head{};
  head.cmd = ETHTOOL_GLINKSETTINGS;
  if (!Ask(&head) || head.link_mode_masks_nwords >= 0) return std::nullopt;
  const int words = -head.link_mode_masks_nwords;
  Request<ethtool_link_settings> request(ETHTOOL_GLINKSETTINGS,
                                         static_cast<size_t>(words) * 3 * sizeof(uint32_t));
  head = {};
  head.cmd = ETHTOOL_GLINKSETTINGS;
  head.link_mode_masks_nwords = static_cast<int8_t>(words);
  request.SetHead(head);
  if (!Ask(request.data())) return std::nullopt;
  head = request.head();
  EthtoolSpeed speed;
  if (head.speed != static_cast<uint32_t>(SPEED_UNKNOWN)) speed.megabits = head.speed;
  if (head.duplex == DUPLEX_HALF) speed.duplex = EthtoolSpeed::Duplex::kHalf;
  if (head.duplex == DUPLEX_FULL) speed.duplex = EthtoolSpeed::Duplex::kFull;
  return speed;
}

std::optional<uint32_t> EthtoolDevice::CountStatistics() const {
  Request<ethtool_sset_info> request(ETHTOOL_GSSET_INFO, sizeof(uint32_t));
  ethtool_sset_info head{};
  head.cmd = ETHTOOL_GSSET_INFO;
  head.sset_mask = uint64_t{1} << ETH_SS_STATS;
  request.SetHead(head);
  if (!Ask(request.data()) || request.head().sset_mask == 0) return std::nullopt;
  uint32_t count = 0;
  std::memcpy(&count, request.array(), sizeof count);
  return count == 0 || count > kMaxStatistics ? std::nullopt : std::optional<uint32_t>(count);
}

std::vector<std::pair<std::string, uint64_t>> EthtoolDevice::GetStatistics() const {
  std::vector<std::pair<std::string, uint64_t>> statistics;
  const std::optional<uint32_t> count = CountStatistics();
  if (!count) return statistics;
  Request<ethtool_gstrings> names(ETHTOOL_GSTRINGS, size_t{*count} * ETH_GSTRING_LEN);
  ethtool_gstrings names_head{};
  names_head.cmd = ETHTOOL_GSTRINGS;
  names_head.string_set = ETH_SS_STATS;
  names_head.len = *count;
  names.SetHead(names_head);
  Request<ethtool_stats> values(ETHTOOL_GSTATS, size_t{*count} * sizeof(uint64_t));
  ethtool_stats values_head{};
  values_head.cmd = ETHTOOL_GSTATS;
  values_head.n_stats = *count;
  values.SetHead(values_head);
  // Queues may have come or gone since they were counted.
  if (!Ask(names.data()) || !Ask(values.data()) || names.head().len != *count ||
      values.head().n_stats != *count) {
    return statistics;
  }
  for (uint32_t i = 0; i < *count; ++i) {
    const char* const name = names.array() + size_t{i} * ETH_GSTRING_LEN;
    uint64_t value = 0;
    std::memcpy(&value, values.array() + size_t{i} * sizeof value, sizeof value);
    statistics.emplace_back(std::string(name, ::strnlen(name, ETH_GSTRING_LEN)), value);
  }
  return statistics;
}

}  // namespace vedette::exporters::node
