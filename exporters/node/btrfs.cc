// node_btrfs_* from /sys/fs/btrfs/UUID, and of mounted file systems what the kernel tells of their
// devices.
#include <sys/stat.h>

#include <map>
#include <set>

#include "base/strings.h"
#include "exporters/node/attribute_reader.h"
#include "exporters/node/btrfs_ioctl.h"
#include "exporters/node/collectors.h"
#include "exporters/node/mounts.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

constexpr double kSectorBytes = 512;
constexpr double kBtrfsMilli = 1000;
constexpr const char* kBlockGroups[] = {"data", "metadata", "system"};

bool IsUuid(std::string_view name) { return name.find('-') != std::string_view::npos; }

bool IsBtrfsFolder(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

// Bytes on disks for a byte of data.
double AllocationRatio(std::string_view mode, double devices) {
  if (mode == "single" || mode == "raid0") return 1;
  if (mode == "dup" || mode == "raid1" || mode == "raid10") return 2;
  if (mode == "raid1c3") return 3;
  if (mode == "raid1c4") return 4;
  if (mode == "raid5") return devices / (devices - 1);
  if (mode == "raid6") return devices / (devices - 2);
  return 0;
}

class Btrfs final : public Collector {
 public:
  explicit Btrfs(const Paths& paths) : paths_(paths), root_(paths.Sys("fs/btrfs")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    const auto names = ListFolder(root_, &IsUuid);
    if (!names.ok() || names->empty()) return base::Status();  // a machine without btrfs
    const std::map<std::string, BtrfsDevices> mounted = AskMounted();
    for (const std::string& name : *names) {
      VEDETTE_RETURN_IF_ERROR(AddFileSystem(name, mounted, sink));
    }
    return base::Status();
  }

 private:
  // By file system id. Each is asked through one of its mount points.
  std::map<std::string, BtrfsDevices> AskMounted() {
    std::map<std::string, BtrfsDevices> answers;
    auto text = mounts_.Read(paths_.Proc("1/mountinfo"));
    if (!text.ok()) text = mounts_.Read(paths_.Proc("self/mountinfo"));
    if (!text.ok()) return answers;
    std::set<std::string> asked;
    for (const Mount& mount : ParseMounts(*text)) {
      if (mount.fs_type != "btrfs" || asked.count(mount.device) > 0) continue;
      auto answer = AskBtrfs(paths_.Root(paths_.StripRoot(mount.mount_point)));
      if (!answer) continue;  // another mount point may do
      asked.insert(mount.device);
      answers[answer->fsid] = *std::move(answer);
    }
    return answers;
  }

  base::Status AddFileSystem(const std::string& name,
                             const std::map<std::string, BtrfsDevices>& mounted, FamilySink* sink) {
    const std::string folder = base::Concat({root_, "/", name, "/"});
    VEDETTE_ASSIGN_OR_RETURN(const std::vector<std::string> devices,
                             ListFolder(folder + "devices", [](std::string_view) { return true; }));
    std::string uuid(reader_.Text(folder + "metadata_uuid").value_or(""));
    if (uuid.empty()) uuid = name;
    const std::string label(reader_.Text(folder + "label").value_or(""));
    sink->Gauge("node_btrfs_info", "Filesystem information")
        .Add(1, {{"label", label}, {"uuid", uuid}});
    sink->Gauge("node_btrfs_global_rsv_size_bytes", "Size of global reserve.")
        .Add(NumberOr0(folder + "allocation/global_rsv_size"), {{"uuid", uuid}});
    AddCommits(folder + "commit_stats", uuid, sink);
    for (const char* group : kBlockGroups) {
      VEDETTE_RETURN_IF_ERROR(
          AddBlockGroup(folder, group, uuid, static_cast<double>(devices.size()), sink));
    }
    const auto answer = mounted.find(uuid);
    if (answer != mounted.end()) {
      AddDevices(answer->second, uuid, sink);
    } else {
      AddDeviceSizes(folder + "devices/", devices, uuid, sink);
    }
    return base::Status();
  }

  double NumberOr0(const std::string& path) { return reader_.Number(path).value_or(0); }

  // "commits 258051", milliseconds; kernels before 6.0 have no such file, which upstream shows as
  // 0.
  void AddCommits(const std::string& path, const std::string& uuid, FamilySink* sink) {
    std::map<std::string_view, double> values;
    const std::string text(reader_.Text(path).value_or(""));
    LineScanner lines(text);
    std::string_view line;
    while (lines.Next(&line)) {
      FieldScanner fields(line);
      std::string_view field;
      std::string_view value;
      if (!fields.Next(&field) || !fields.Next(&value)) continue;
      values[field] = base::ParseDouble(value).value_or(0);
    }
    const LabelRef labels[] = {{"uuid", uuid}};
    sink->Counter("node_btrfs_commits_total", "The total number of commits that have occurred.")
        .Add(values["commits"], labels);
    sink->Gauge("node_btrfs_last_commit_seconds", "Duration of the most recent commit, in seconds.")
        .Add(values["last_commit_ms"] / kBtrfsMilli, labels);
    sink->Gauge("node_btrfs_max_commit_seconds", "Duration of the slowest commit, in seconds.")
        .Add(values["max_commit_ms"] / kBtrfsMilli, labels);
    sink->Counter("node_btrfs_commit_seconds_total",
                  "Sum of the duration of all commits, in seconds.")
        .Add(values["total_commit_ms"] / kBtrfsMilli, labels);
  }

  base::Status AddBlockGroup(const std::string& file_system, const char* group,
                             const std::string& uuid, double devices, FamilySink* sink) {
    const std::string folder = base::Concat({file_system, "allocation/", group, "/"});
    sink->Gauge("node_btrfs_reserved_bytes", "Amount of space reserved for a data type")
        .Add(NumberOr0(folder + "bytes_reserved"), {{"block_group_type", group}, {"uuid", uuid}});
    VEDETTE_ASSIGN_OR_RETURN(const std::vector<std::string> modes,
                             ListFolder(folder, [](std::string_view) { return true; }));
    FamilyRef used =
        sink->Gauge("node_btrfs_used_bytes", "Amount of used space by a layout/data type");
    FamilyRef size =
        sink->Gauge("node_btrfs_size_bytes", "Amount of space allocated for a layout/data type");
    FamilyRef ratio =
        sink->Gauge("node_btrfs_allocation_ratio", "Data allocation ratio for a layout/data type");
    for (const std::string& mode : modes) {
      const std::string mode_folder = base::Concat({folder, mode, "/"});
      if (!IsBtrfsFolder(mode_folder)) continue;
      const LabelRef labels[] = {{"block_group_type", group}, {"mode", mode}, {"uuid", uuid}};
      used.Add(NumberOr0(mode_folder + "used_bytes"), labels);
      size.Add(NumberOr0(mode_folder + "total_bytes"), labels);
      ratio.Add(AllocationRatio(mode, devices), labels);
    }
    return base::Status();
  }

  static FamilyRef DeviceSize(FamilySink* sink) {
    return sink->Gauge("node_btrfs_device_size_bytes",
                       "Size of a device that is part of the filesystem.");
  }

  void AddDeviceSizes(const std::string& folder, const std::vector<std::string>& devices,
                      const std::string& uuid, FamilySink* sink) {
    FamilyRef size = DeviceSize(sink);
    for (const std::string& device : devices) {
      size.Add(NumberOr0(base::Concat({folder, device, "/size"})) * kSectorBytes,
               {{"device", device}, {"uuid", uuid}});
    }
  }

  static void AddDevices(const BtrfsDevices& answer, const std::string& uuid, FamilySink* sink) {
    FamilyRef size = DeviceSize(sink);
    FamilyRef unused =
        sink->Gauge("node_btrfs_device_unused_bytes",
                    "Unused bytes unused on a device that is part of the filesystem.");
    FamilyRef errors =
        sink->Counter("node_btrfs_device_errors_total", "Errors reported for the device");
    for (const BtrfsDevice& device : answer.devices) {
      const LabelRef labels[] = {
          {"btrfs_dev_uuid", device.uuid}, {"device", device.name}, {"uuid", uuid}};
      size.Add(static_cast<double>(device.total_bytes), labels);
      unused.Add(static_cast<double>(device.total_bytes - device.used_bytes), labels);
      for (size_t i = 0; i < device.errors.size(); ++i) {
        errors.Add(static_cast<double>(device.errors[i]), {{"btrfs_dev_uuid", device.uuid},
                                                           {"device", device.name},
                                                           {"type", kBtrfsErrorTypes[i]},
                                                           {"uuid", uuid}});
      }
    }
  }

  const Paths paths_;
  const std::string root_;
  SourceFile mounts_;
  AttributeReader reader_;
};

}  // namespace

MadeCollector MakeBtrfs(const CollectorContext& context) {
  return std::make_unique<Btrfs>(context.options->paths);
}

}  // namespace vedette::exporters::node
