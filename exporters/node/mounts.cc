#include "exporters/node/mounts.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "base/strings.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

// ID PARENT MAJOR:MINOR ROOT MOUNT_POINT OPTIONS [TAG...] - TYPE SOURCE SUPER_OPTIONS
constexpr size_t kDeviceNumber = 2;
constexpr size_t kMountPoint = 4;
constexpr size_t kOptions = 5;
constexpr size_t kFirstTag = 6;
constexpr size_t kAfterSeparator = 3;

// File systems that know their sizes without asking a device, a server or another file system.
constexpr std::string_view kLocalTypes[] = {"ext2",  "ext3",     "ext4",     "xfs",
                                            "tmpfs", "devtmpfs", "squashfs", "ramfs"};

bool IsLocal(std::string_view fs_type) {
  return std::find(std::begin(kLocalTypes), std::end(kLocalTypes), fs_type) !=
         std::end(kLocalTypes);
}

// Whether one of `folders` is `path` or a folder on the way there.
bool IsBelowAny(std::string_view path, const std::set<std::string_view>& folders) {
  while (path.size() > 1) {
    if (folders.contains(path)) return true;
    path = path.substr(0, path.rfind('/'));
  }
  return folders.contains("/");
}

std::string Unescape(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const bool blank = base::StartsWith(text, "\\040");
    if (blank || base::StartsWith(text, "\\011")) {
      out += blank ? ' ' : '\t';
      text.remove_prefix(4);
    } else {
      out += text[0];
      text.remove_prefix(1);
    }
  }
  return out;
}

bool HasOption(std::string_view options, std::string_view wanted) {
  const auto list = base::Split(options, ',');
  return std::find(list.begin(), list.end(), wanted) != list.end();
}

}  // namespace

std::optional<Mount> ParseMount(std::string_view line) {
  // Split at single blanks: an empty source stays a field of its own.
  const std::vector<std::string_view> fields = base::Split(line, ' ');
  if (fields.size() < kFirstTag + 1 + kAfterSeparator) return std::nullopt;
  const auto separator = std::find(fields.begin() + kFirstTag, fields.end(), "-");
  if (fields.end() - separator <= static_cast<std::ptrdiff_t>(kAfterSeparator)) return std::nullopt;
  const std::string_view number = fields[kDeviceNumber];
  const size_t colon = number.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  Mount mount;
  mount.major = number.substr(0, colon);
  mount.minor = number.substr(colon + 1);
  mount.mount_point = Unescape(fields[kMountPoint]);
  mount.fs_type = separator[1];
  mount.device = separator[2];
  mount.read_only = HasOption(fields[kOptions], "ro") || HasOption(separator[3], "ro");
  return mount;
}

std::vector<Mount> ParseMounts(std::string_view mountinfo) {
  std::vector<Mount> mounts;
  LineScanner lines(mountinfo);
  std::string_view line;
  while (lines.Next(&line)) {
    if (auto mount = ParseMount(line)) mounts.push_back(*std::move(mount));
  }
  return mounts;
}

void MarkLocalMounts(std::vector<Mount>* mounts) {
  std::set<std::string_view> others;
  for (const Mount& mount : *mounts) {
    if (!IsLocal(mount.fs_type)) others.insert(mount.mount_point);
  }
  for (Mount& mount : *mounts) {
    mount.answers_at_once = IsLocal(mount.fs_type) && !IsBelowAny(mount.mount_point, others);
  }
}

}  // namespace vedette::exporters::node
