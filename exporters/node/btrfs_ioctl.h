#ifndef VEDETTE_EXPORTERS_NODE_BTRFS_IOCTL_H_
#define VEDETTE_EXPORTERS_NODE_BTRFS_IOCTL_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vedette::exporters::node {

// In the order of BTRFS_DEV_STAT_*.
inline constexpr std::array<const char*, 5> kBtrfsErrorTypes = {"write", "read", "flush",
                                                                "corruption", "generation"};

// What the kernel tells of one device of a file system. A plain value.
struct BtrfsDevice {
  std::string name;  // "sda", without its folder
  std::string uuid;  // with dashes
  uint64_t total_bytes = 0;
  uint64_t used_bytes = 0;
  std::array<uint64_t, kBtrfsErrorTypes.size()> errors{};
};

struct BtrfsDevices {
  std::string fsid;  // with dashes
  std::vector<BtrfsDevice> devices;
};

// Asks through any mount point of the file system; nothing when it may not be opened or is none of
// btrfs.
std::optional<BtrfsDevices> AskBtrfs(const std::string& mount_point);

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_BTRFS_IOCTL_H_
