// node_disk_* from /proc/diskstats, /sys/block/*/queue and udev's database.
#include <algorithm>
#include <array>
#include <optional>

#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/device_filter.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"
#include "exporters/node/udev.h"

namespace vedette::exporters::node {
namespace {

// Sectors of 512 bytes and milliseconds, whatever the device.
constexpr double kDiskSectorBytes = 512;
constexpr double kTickSeconds = 1.0 / 1000.0;

struct DiskColumn {
  const char* name;
  const char* help;
  double unit;
  bool is_counter = true;
};
// The columns of /proc/diskstats after the device's name. Older kernels write the first 11 (15 from
// 4.18, 17 from 5.5).
constexpr DiskColumn kDiskColumns[] = {
    {"node_disk_reads_completed_total", "The total number of reads completed successfully.", 1},
    {"node_disk_reads_merged_total", "The total number of reads merged.", 1},
    {"node_disk_read_bytes_total", "The total number of bytes read successfully.",
     kDiskSectorBytes},
    {"node_disk_read_time_seconds_total", "The total number of seconds spent by all reads.",
     kTickSeconds},
    {"node_disk_writes_completed_total", "The total number of writes completed successfully.", 1},
    {"node_disk_writes_merged_total", "The number of writes merged.", 1},
    {"node_disk_written_bytes_total", "The total number of bytes written successfully.",
     kDiskSectorBytes},
    {"node_disk_write_time_seconds_total",
     "This is the total number of seconds spent by all writes.", kTickSeconds},
    {"node_disk_io_now", "The number of I/Os currently in progress.", 1, false},
    {"node_disk_io_time_seconds_total", "Total seconds spent doing I/Os.", kTickSeconds},
    {"node_disk_io_time_weighted_seconds_total", "The weighted # of seconds spent doing I/Os.",
     kTickSeconds},
    {"node_disk_discards_completed_total", "The total number of discards completed successfully.",
     1},
    {"node_disk_discards_merged_total", "The total number of discards merged.", 1},
    {"node_disk_discarded_sectors_total", "The total number of sectors discarded successfully.", 1},
    {"node_disk_discard_time_seconds_total",
     "This is the total number of seconds spent by all discards.", kTickSeconds},
    {"node_disk_flush_requests_total", "The total number of flush requests completed successfully",
     1},
    {"node_disk_flush_requests_time_seconds_total",
     "This is the total number of seconds spent by all flush requests.", kTickSeconds},
};
constexpr size_t kMinColumns = 11;
constexpr size_t kFirstColumn = 3;  // after major, minor and the name

struct DiskAttribute {
  const char* property;
  const char* name;
  const char* help;
};
constexpr DiskAttribute kAtaAttributes[] = {
    {"ID_ATA_WRITE_CACHE", "node_disk_ata_write_cache", "ATA disk has a write cache."},
    {"ID_ATA_WRITE_CACHE_ENABLED", "node_disk_ata_write_cache_enabled",
     "ATA disk has its write cache enabled."},
    {"ID_ATA_ROTATION_RATE_RPM", "node_disk_ata_rotation_rate_rpm",
     "ATA disk rotation rate in RPMs (0 for SSDs)."},
};

// The families of one scrape.
struct DiskFamilies {
  explicit DiskFamilies(FamilySink* sink)
      : info(sink->Gauge("node_disk_info", "Info of /sys/block/<block_device>.")),
        filesystem(sink->Gauge("node_disk_filesystem_info", "Info about disk filesystem.")),
        mapper(sink->Gauge("node_disk_device_mapper_info", "Info about disk device mapper.")) {
    for (const DiskColumn& column : kDiskColumns) {
      columns.push_back(column.is_counter ? sink->Counter(column.name, column.help)
                                          : sink->Gauge(column.name, column.help));
    }
    for (const DiskAttribute& attribute : kAtaAttributes) {
      ata.push_back(sink->Gauge(attribute.name, attribute.help));
    }
  }
  FamilyRef info;
  FamilyRef filesystem;
  FamilyRef mapper;
  std::vector<FamilyRef> columns;
  std::vector<FamilyRef> ata;
};

class Diskstats final : public Collector {
 public:
  Diskstats(const Paths& paths, DeviceFilter filter)
      : paths_(paths), path_(paths.Proc("diskstats")), filter_(std::move(filter)) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    VEDETTE_ASSIGN_OR_RETURN(const std::string_view text, file_.Read(path_));
    DiskFamilies families(sink);
    LineScanner lines(text);
    std::string_view line;
    while (lines.Next(&line)) {
      SplitFields(line, &fields_);
      if (fields_.empty()) continue;
      if (fields_.size() < kFirstColumn + kMinColumns) {
        return Malformed(path_, "expected at least 14 columns", line);
      }
      if (filter_.Ignores(fields_[2])) continue;
      VEDETTE_RETURN_IF_ERROR(AddColumns(line, &families));
      AddUdev(&families);
    }
    return base::Status();
  }

 private:
  base::Status AddColumns(std::string_view line, DiskFamilies* families) const {
    const size_t count = std::min(fields_.size() - kFirstColumn, std::size(kDiskColumns));
    for (size_t i = 0; i < count; ++i) {
      const std::optional<uint64_t> value = base::ParseUint(fields_[kFirstColumn + i]);
      if (!value) return Malformed(path_, "expected numbers", line);
      families->columns[i].Add(static_cast<double>(*value) * kDiskColumns[i].unit,
                               {{"device", fields_[2]}});
    }
    return base::Status();
  }

  void AddUdev(DiskFamilies* families) {
    const std::string_view major = fields_[0];
    const std::string_view minor = fields_[1];
    const std::string_view device = fields_[2];
    const auto text = udev_file_.Read(paths_.Udev(base::Concat({"b", major, ":", minor})));
    const UdevProperties udev = text.ok() ? UdevProperties(*text) : UdevProperties();
    families->info.Add(1, {{"device", device},
                           {"major", major},
                           {"minor", minor},
                           {"model", udev.Get("ID_MODEL")},
                           {"path", udev.Get("ID_PATH")},
                           {"revision", udev.Get("ID_REVISION")},
                           {"rotational", Rotational(device) ? "1" : "0"},
                           {"serial", udev.Serial()},
                           {"wwn", udev.Get("ID_WWN")}});
    if (const std::string_view type = udev.Get("ID_FS_TYPE"); !type.empty()) {
      families->filesystem.Add(1, {{"device", device},
                                   {"type", type},
                                   {"usage", udev.Get("ID_FS_USAGE")},
                                   {"uuid", udev.Get("ID_FS_UUID")},
                                   {"version", udev.Get("ID_FS_VERSION")}});
    }
    if (const std::string_view name = udev.Get("DM_NAME"); !name.empty()) {
      families->mapper.Add(1, {{"device", device},
                               {"lv_layer", udev.Get("DM_LV_LAYER")},
                               {"lv_name", udev.Get("DM_LV_NAME")},
                               {"name", name},
                               {"uuid", udev.Get("DM_UUID")},
                               {"vg_name", udev.Get("DM_VG_NAME")}});
    }
    if (!udev.Get("ID_ATA").empty()) AddAta(device, udev, families);
  }

  static void AddAta(std::string_view device, const UdevProperties& udev, DiskFamilies* families) {
    for (size_t i = 0; i < std::size(kAtaAttributes); ++i) {
      const auto value = base::ParseDouble(udev.Get(kAtaAttributes[i].property));
      if (value) families->ata[i].Add(*value, {{"device", device}});
    }
  }

  // 0 where there is no queue, as for partitions, and where it lacks an I/O timeout: upstream knows
  // nothing of such a queue, which is that of virtual disks.
  bool Rotational(std::string_view device) {
    const std::string queue = paths_.Sys(base::Concat({"block/", device, "/queue/"}));
    const auto value = sys_file_.ReadUint(queue + "rotational");
    return value.ok() && *value == 1 && sys_file_.Read(queue + "io_timeout").ok();
  }

  const Paths paths_;
  const std::string path_;
  const DeviceFilter filter_;
  std::vector<std::string_view> fields_;  // of the line in hand
  SourceFile file_{SourceFile::Records::kShort};
  SourceFile udev_file_;
  SourceFile sys_file_;
};

}  // namespace

MadeCollector MakeDiskstats(const CollectorContext& context) {
  VEDETTE_ASSIGN_OR_RETURN(DeviceFilter filter,
                           DeviceFilter::Make(context.options->diskstats.devices,
                                              kDefaultDiskExclude, "collector.diskstats.device"));
  return std::make_unique<Diskstats>(context.options->paths, std::move(filter));
}

}  // namespace vedette::exporters::node
