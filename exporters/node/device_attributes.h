#ifndef VEDETTE_EXPORTERS_NODE_DEVICE_ATTRIBUTES_H_
#define VEDETTE_EXPORTERS_NODE_DEVICE_ATTRIBUTES_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "exporters/node/source_file.h"

namespace vedette::exporters::node {

// The same small files of every device in a folder of sysfs, which are many and are read at each
// scrape: those of the first devices stay open. One thread; one owner, a collector.
class DeviceAttributes {
 public:
  // `files` are string literals.
  DeviceAttributes(std::string folder, std::vector<const char*> files);

  // The devices that there are; the files of others are closed.
  void Keep(const std::vector<std::string>& devices);

  // The device that Read is about. False where it is no folder.
  base::StatusOr<bool> Select(const std::string& device);

  // As Select, for a caller who knows that no other device has taken the name since then. False
  // where its files are not open: then Select.
  bool SelectOpen(const std::string& device);

  // Whether the folder's files may stay open: it is the kernel's, not a copy.
  bool can_keep() const { return can_keep_; }

  // The text of file `index`, without white space around it; nothing where the device or its driver
  // has no such file or no value now. Valid until the next call.
  std::optional<std::string_view> Read(size_t index);

 private:
  struct Device {
    std::string name;
    uint64_t inode = 0;  // of its folder: another device may have taken the name
    std::vector<OpenFile> files;
  };
  // Each takes as many descriptors as there are files.
  static constexpr size_t kMaxKept = 8;

  std::optional<std::string_view> ReadText(int fd, int* error);

  const std::string folder_;
  const std::vector<const char*> files_;
  const bool can_keep_;
  std::vector<Device> kept_;
  Device* selected_ = nullptr;  // in kept_, or null: its files are opened for each reading
  std::string selected_name_;
  std::array<char, 4096> buffer_;  // no attribute of sysfs is longer
};

// An attribute that is a number: decimal, negative too, or 0x and hexadecimal digits.
std::optional<int64_t> ParseDeviceNumber(std::string_view text);

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_DEVICE_ATTRIBUTES_H_
