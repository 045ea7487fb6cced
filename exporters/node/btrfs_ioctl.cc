#include "exporters/node/btrfs_ioctl.h"

#include <fcntl.h>
#include <linux/btrfs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

namespace vedette::exporters::node {
namespace {

// Numbers of devices have gaps after removals; no file system has had this many.
constexpr uint64_t kMaxDeviceId = 4096;

class Folder {
 public:
  explicit Folder(const std::string& path)
      : fd_(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK)) {}
  ~Folder() {
    if (fd_ >= 0) ::close(fd_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  int fd() const { return fd_; }

 private:
  const int fd_;
};

std::string UuidText(const uint8_t* bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (size_t i = 0; i < BTRFS_UUID_SIZE; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 15];
  }
  return text;
}

// Nothing when there is no device of this number.
std::optional<BtrfsDevice> AskDevice(int fd, uint64_t id) {
  btrfs_ioctl_dev_info_args info{};
  info.devid = id;
  if (::ioctl(fd, BTRFS_IOC_DEV_INFO, &info) != 0) return std::nullopt;
  btrfs_ioctl_get_dev_stats stats{};
  stats.devid = id;
  stats.nr_items = BTRFS_DEV_STAT_VALUES_MAX;
  if (::ioctl(fd, BTRFS_IOC_GET_DEV_STATS, &stats) != 0) return std::nullopt;
  BtrfsDevice device;
  const char* path = reinterpret_cast<const char*>(info.path);
  device.name.assign(path, ::strnlen(path, sizeof info.path));
  device.name.erase(0, device.name.rfind('/') + 1);
  device.uuid = UuidText(info.uuid);
  device.total_bytes = info.total_bytes;
  device.used_bytes = info.bytes_used;
  for (size_t i = 0; i < device.errors.size(); ++i) device.errors[i] = stats.values[i];
  return device;
}

}  // namespace

std::optional<BtrfsDevices> AskBtrfs(const std::string& mount_point) {
  const Folder folder(mount_point);
  btrfs_ioctl_fs_info_args info{};
  if (folder.fd() < 0 || ::ioctl(folder.fd(), BTRFS_IOC_FS_INFO, &info) != 0) return std::nullopt;
  BtrfsDevices answer;
  answer.fsid = UuidText(info.fsid);
  for (uint64_t id = 0; id <= info.max_id && id <= kMaxDeviceId; ++id) {
    if (answer.devices.size() == info.num_devices) break;
    if (auto device = AskDevice(folder.fd(), id)) answer.devices.push_back(*std::move(device));
  }
  return answer;
}

}  // namespace vedette::exporters::node
