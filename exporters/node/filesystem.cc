// node_filesystem_* from mountinfo and statfs(2).
#include <algorithm>
#include <cstring>
#include <set>
#include <tuple>

#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/device_filter.h"
#include "exporters/node/mount_stats.h"
#include "exporters/node/mounts.h"
#include "exporters/node/source_file.h"

namespace vedette::exporters::node {
namespace {

// The families of one scrape.
struct FilesystemFamilies {
  explicit FilesystemFamilies(FamilySink* sink)
      : size(sink->Gauge("node_filesystem_size_bytes", "Filesystem size in bytes.")),
        free(sink->Gauge("node_filesystem_free_bytes", "Filesystem free space in bytes.")),
        available(sink->Gauge("node_filesystem_avail_bytes",
                              "Filesystem space available to non-root users in bytes.")),
        files(sink->Gauge("node_filesystem_files", "Filesystem total file nodes.")),
        files_free(sink->Gauge("node_filesystem_files_free", "Filesystem total free file nodes.")),
        purgeable(sink->Gauge("node_filesystem_purgeable_bytes",
                              "Filesystem space available including purgeable space (MacOS "
                              "specific).")),
        read_only(sink->Gauge("node_filesystem_readonly", "Filesystem read-only status.")),
        device_error(sink->Gauge("node_filesystem_device_error",
                                 "Whether an error occurred while getting statistics for the given "
                                 "device.")),
        info(sink->Gauge("node_filesystem_mount_info", "Filesystem mount information.")) {}
  FamilyRef size, free, available, files, files_free, purgeable, read_only, device_error, info;
};

// The text of the label device_error.
std::string ErrorText(const MountStat& stat) {
  if (stat.timed_out) return "mountpoint timeout";
  if (stat.error == 0) return "";
  char buffer[128];
  std::string text = ::strerror_r(stat.error, buffer, sizeof buffer);
  // Upstream's texts are Go's, which begin in lower case.
  if (!text.empty()) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return text;
}

class Filesystem final : public Collector {
 public:
  Filesystem(const NodeOptions& options, DeviceFilter mount_points, DeviceFilter fs_types)
      : paths_(options.paths),
        mount_points_(std::move(mount_points)),
        fs_types_(std::move(fs_types)),
        timeout_(options.filesystem.mount_timeout),
        stats_(options.filesystem.stat_workers, &StatMountPoint) {}

  base::Status Collect(const Scrape& scrape, FamilySink* sink) override {
    VEDETTE_ASSIGN_OR_RETURN(const std::vector<Mount> mounts, Mounts());
    std::vector<MountStats::Question> points;
    for (const Mount& mount : mounts) {
      points.push_back({paths_.Root(mount.mount_point), mount.answers_at_once});
    }
    // A tenth of the collector's time is left for what comes after the wait.
    const auto timeout = std::min<std::chrono::nanoseconds>(
        timeout_, std::chrono::nanoseconds(scrape.RemainingNanos() / 10 * 9));
    const std::vector<MountStat> stats = stats_.StatAll(points, timeout);
    FilesystemFamilies families(sink);
    for (size_t i = 0; i < mounts.size(); ++i) Add(mounts[i], stats[i], &families);
    return base::Status();
  }

 private:
  // What shall be asked, each once: of mounts stacked on one point, the first.
  base::StatusOr<std::vector<Mount>> Mounts() {
    // PID 1's view where we may see it: ours may be a container's or a unit's own.
    auto text = file_.Read(paths_.Proc("1/mountinfo"));
    if (!text.ok() || text->empty()) text = file_.Read(paths_.Proc("self/mountinfo"));
    if (!text.ok()) return text.status();
    std::vector<Mount> mounts = ParseMounts(*text);
    MarkLocalMounts(&mounts);
    std::set<std::tuple<std::string, std::string, std::string>> seen;
    std::erase_if(mounts, [&](Mount& mount) {
      mount.mount_point = paths_.StripRoot(mount.mount_point);
      return mount_points_.Ignores(mount.mount_point) || fs_types_.Ignores(mount.fs_type) ||
             !seen.emplace(mount.device, mount.mount_point, mount.fs_type).second;
    });
    return mounts;
  }

  static void Add(const Mount& mount, const MountStat& stat, FilesystemFamilies* families) {
    const std::string error = ErrorText(stat);
    const LabelRef labels[] = {{"device", mount.device},
                               {"device_error", error},
                               {"fstype", mount.fs_type},
                               {"mountpoint", mount.mount_point}};
    families->device_error.Add(error.empty() ? 0 : 1, labels);
    families->read_only.Add(mount.read_only ? 1 : 0, labels);
    if (!error.empty()) return;
    families->size.Add(stat.size, labels);
    families->free.Add(stat.free, labels);
    families->available.Add(stat.available, labels);
    families->files.Add(stat.files, labels);
    families->files_free.Add(stat.files_free, labels);
    families->purgeable.Add(0, labels);
    families->info.Add(1, {{"device", mount.device},
                           {"major", mount.major},
                           {"minor", mount.minor},
                           {"mountpoint", mount.mount_point}});
  }

  const Paths paths_;
  const DeviceFilter mount_points_;
  const DeviceFilter fs_types_;
  const std::chrono::milliseconds timeout_;
  MountStats stats_;
  SourceFile file_;
};

}  // namespace

MadeCollector MakeFilesystem(const CollectorContext& context) {
  const auto& options = context.options->filesystem;
  VEDETTE_ASSIGN_OR_RETURN(DeviceFilter mount_points,
                           DeviceFilter::Make(options.mount_points, kDefaultMountPointsExclude,
                                              "collector.filesystem.mount-points"));
  VEDETTE_ASSIGN_OR_RETURN(DeviceFilter fs_types,
                           DeviceFilter::Make(options.fs_types, kDefaultFsTypesExclude,
                                              "collector.filesystem.fs-types"));
  return std::make_unique<Filesystem>(*context.options, std::move(mount_points),
                                      std::move(fs_types));
}

}  // namespace vedette::exporters::node
