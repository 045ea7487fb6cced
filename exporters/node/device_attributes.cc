#include "exporters/node/device_attributes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/strings.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {

DeviceAttributes::DeviceAttributes(std::string folder, std::vector<const char*> files)
    : folder_(std::move(folder)), files_(std::move(files)), can_keep_(IsKernelFolder(folder_)) {
  kept_.reserve(kMaxKept);
}

void DeviceAttributes::Keep(const std::vector<std::string>& devices) {
  selected_ = nullptr;
  std::erase_if(kept_, [&](const Device& device) {
    return std::find(devices.begin(), devices.end(), device.name) == devices.end();
  });
}

base::StatusOr<bool> DeviceAttributes::Select(const std::string& device) {
  selected_name_ = device;
  selected_ = nullptr;
  struct stat about;
  const std::string path = base::Concat({folder_, "/", device});
  if (::stat(path.c_str(), &about) != 0) {
    if (errno == ENOENT) return false;  // it went away since it was listed
    return base::FromErrno(errno, path);
  }
  if (!S_ISDIR(about.st_mode)) return false;
  const auto known = std::find_if(kept_.begin(), kept_.end(),
                                  [&](const Device& kept) { return kept.name == device; });
  if (known != kept_.end()) {
    selected_ = &*known;
  } else if (can_keep_ && kept_.size() < kMaxKept) {
    selected_ = &kept_.emplace_back();
    selected_->name = device;
  }
  if (selected_ != nullptr && selected_->inode != about.st_ino) {
    selected_->inode = about.st_ino;
    selected_->files.clear();
    selected_->files.resize(files_.size());
  }
  return true;
}

bool DeviceAttributes::SelectOpen(const std::string& device) {
  const auto known = std::find_if(kept_.begin(), kept_.end(),
                                  [&](const Device& kept) { return kept.name == device; });
  if (known == kept_.end()) return false;
  selected_name_ = device;
  selected_ = &*known;
  return true;
}

std::optional<std::string_view> DeviceAttributes::Read(size_t index) {
  OpenFile once;
  OpenFile* const file = selected_ != nullptr ? &selected_->files[index] : &once;
  const bool was_open = file->fd() >= 0;
  if (!was_open) {
    const std::string path = base::Concat({folder_, "/", selected_name_, "/", files_[index]});
    *file = OpenFile(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file->fd() < 0) return std::nullopt;
  }
  int error = 0;
  const auto text = ReadText(file->fd(), &error);
  if (error == ENODEV && was_open) {  // another device has the name now
    file->Close();
    return Read(index);
  }
  return text;
}

std::optional<std::string_view> DeviceAttributes::ReadText(int fd, int* error) {
  const ssize_t n = ::pread(fd, buffer_.data(), buffer_.size(), 0);
  if (n < 0) {
    *error = errno;
    return std::nullopt;
  }
  return base::Trim(std::string_view(buffer_.data(), static_cast<size_t>(n)));
}

std::optional<int64_t> ParseDeviceNumber(std::string_view text) {
  if (!base::StartsWith(text, "0x")) return base::ParseInt(text);
  const std::optional<uint64_t> value = ParseHex(text);
  return value ? std::optional<int64_t>(static_cast<int64_t>(*value)) : std::nullopt;
}

}  // namespace vedette::exporters::node
