#ifndef VEDETTE_EXPORTERS_NODE_ETHTOOL_DEVICE_H_
#define VEDETTE_EXPORTERS_NODE_ETHTOOL_DEVICE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vedette::exporters::node {

// The modes are the first 32 bits of ethtool_link_mode_bit_indices (linux/ethtool.h), which is what
// ETHTOOL_GSET gives and what upstream shows.
struct EthtoolLink {
  uint32_t supported = 0;
  uint32_t advertised = 0;
  bool autonegotiate = false;
};

struct EthtoolDriver {
  std::string name;
  std::string version;
  std::string firmware_version;
  std::string bus;
  std::string rom_version;
};

struct EthtoolSpeed {
  enum class Duplex { kHalf, kFull, kUnknown };
  std::optional<uint32_t> megabits;  // a second; none: the driver does not know
  Duplex duplex = Duplex::kUnknown;
};

// One network device as its driver shows it to ethtool. Borrows the socket, which may be any.
class EthtoolDevice {
 public:
  EthtoolDevice(int socket, std::string device) : socket_(socket), device_(std::move(device)) {}

  // Nothing where the driver does not know the request.
  std::optional<EthtoolLink> GetLink() const;
  std::optional<EthtoolDriver> GetDriver() const;
  std::optional<EthtoolSpeed> GetSpeed() const;
  // The driver's own statistics in its order.
  std::vector<std::pair<std::string, uint64_t>> GetStatistics() const;

 private:
  bool Ask(void* request) const;
  std::optional<uint32_t> CountStatistics() const;

  const int socket_;
  const std::string device_;
};

struct SpeedMode {
  int bit;
  int megabits;
  bool is_full;
  const char* medium;  // "T" of 100baseT
};
struct PortKind {
  int bit;
  const char* name;
};
std::span<const SpeedMode> SpeedModes();
std::span<const PortKind> PortKinds();

extern const int kAutonegotiateBit;
extern const int kPauseBit;
extern const int kAsymmetricPauseBit;

inline bool HasMode(uint32_t modes, int bit) { return ((modes >> bit) & 1) != 0; }

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_ETHTOOL_DEVICE_H_
