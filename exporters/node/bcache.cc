// node_bcache_* from /sys/fs/bcache/UUID.
#include "base/strings.h"
#include "exporters/node/attribute_reader.h"
#include "exporters/node/collectors.h"
#include "exporters/node/human_number.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

constexpr double kNano = 1e-9;

constexpr NumberAttribute kSet[] = {
    {"average_key_size", "node_bcache_average_key_size_sectors",
     "Average data per key in the btree (sectors)."},
    {"btree_cache_size", "node_bcache_btree_cache_size_bytes",
     "Amount of memory currently used by the btree cache."},
    {"cache_available_percent", "node_bcache_cache_available_percent",
     "Percentage of cache device without dirty data, usable for writeback (may contain clean "
     "cached "
     "data)."},
    {"congested", "node_bcache_congested", "Congestion."},
    {"root_usage_percent", "node_bcache_root_usage_percent",
     "Percentage of the root btree node in use (tree depth increases if too high)."},
    {"tree_depth", "node_bcache_tree_depth", "Depth of the btree."},
    {"internal/active_journal_entries", "node_bcache_active_journal_entries",
     "Number of journal entries that are newer than the index."},
    {"internal/btree_nodes", "node_bcache_btree_nodes", "Total nodes in the btree."},
    {"internal/btree_read_average_duration_us", "node_bcache_btree_read_average_duration_seconds",
     "Average btree read duration.", kNano},
    {"internal/cache_read_races", "node_bcache_cache_read_races_total",
     "Counts instances where while data was being read from the cache, the bucket was reused and "
     "invalidated - i.e. where the pointer was stale after the read completed.",
     1, true},
};
constexpr NumberAttribute kBackingDevice[] = {
    {"dirty_data", "node_bcache_dirty_data_bytes",
     "Amount of dirty data for this backing device in the cache."},
    {"stats_total/bypassed", "node_bcache_bypassed_bytes_total",
     "Amount of IO (both reads and writes) that has bypassed the cache.", 1, true},
    {"stats_total/cache_hits", "node_bcache_cache_hits_total",
     "Hits counted per individual IO as bcache sees them.", 1, true},
    {"stats_total/cache_misses", "node_bcache_cache_misses_total",
     "Misses counted per individual IO as bcache sees them.", 1, true},
    {"stats_total/cache_bypass_hits", "node_bcache_cache_bypass_hits_total",
     "Hits for IO intended to skip the cache.", 1, true},
    {"stats_total/cache_bypass_misses", "node_bcache_cache_bypass_misses_total",
     "Misses for IO intended to skip the cache.", 1, true},
    {"stats_total/cache_miss_collisions", "node_bcache_cache_miss_collisions_total",
     "Instances where data insertion from cache miss raced with write (data already present).", 1,
     true},
};
// Gone from newer kernels.
constexpr NumberAttribute kReadaheads = {"stats_total/cache_readaheads",
                                         "node_bcache_cache_readaheads_total",
                                         "Count of times readahead occurred.", 1, true};
constexpr NumberAttribute kCacheDevice[] = {
    {"io_errors", "node_bcache_io_errors",
     "Number of errors that have occurred, decayed by io_error_halflife."},
    {"metadata_written", "node_bcache_metadata_written_bytes_total",
     "Sum of all non data writes (btree writes and all other metadata).", 1, true},
    {"written", "node_bcache_written_bytes_total",
     "Sum of all data that has been written to the cache.", 1, true},
};
// Lines of a file of NAME: VALUE.
constexpr NumberAttribute kWritebackRate[] = {
    {"target", "node_bcache_dirty_target_bytes",
     "Current dirty data target threshold for this backing device in bytes."},
    {"rate", "node_bcache_writeback_rate",
     "Current writeback rate for this backing device in bytes."},
    {"proportional", "node_bcache_writeback_rate_proportional_term",
     "Current result of proportional controller, part of writeback rate"},
    {"integral", "node_bcache_writeback_rate_integral_term",
     "Current result of integral controller, part of writeback rate"},
    {"change", "node_bcache_writeback_change",
     "Last writeback rate change step for this backing device."},
};
constexpr NumberAttribute kPriorities[] = {
    {"Unused", "node_bcache_priority_stats_unused_percent",
     "The percentage of the cache that doesn't contain any data."},
    {"Metadata", "node_bcache_priority_stats_metadata_percent", "Bcache's metadata overhead."},
};

bool IsSet(std::string_view name) { return name.find('-') != std::string_view::npos; }

FamilyRef Open(const NumberAttribute& attribute, FamilySink* sink) {
  return attribute.is_counter ? sink->Counter(attribute.family, attribute.help)
                              : sink->Gauge(attribute.family, attribute.help);
}

class Bcache final : public Collector {
 public:
  explicit Bcache(const NodeOptions& options)
      : root_(options.paths.Sys("fs/bcache")), priority_stats_(options.bcache.priority_stats) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    const auto sets = ListFolder(root_, &IsSet);
    if (!sets.ok()) return base::Status();  // a machine without bcache
    for (const std::string& uuid : *sets) VEDETTE_RETURN_IF_ERROR(AddSet(uuid, sink));
    return base::Status();
  }

 private:
  base::Status AddSet(const std::string& uuid, FamilySink* sink) {
    const std::string folder = base::Concat({root_, "/", uuid, "/"});
    const LabelRef labels[] = {{"uuid", uuid}};
    VEDETTE_RETURN_IF_ERROR(AddSizes(kSet, folder, labels, sink));
    VEDETTE_ASSIGN_OR_RETURN(const std::vector<std::string> devices,
                             ListFolder(folder, [](std::string_view name) {
                               return NumberAfter(name, "bdev") || NumberAfter(name, "cache");
                             }));
    for (const std::string& device : devices) {
      const std::string device_folder = base::Concat({folder, device, "/"});
      VEDETTE_RETURN_IF_ERROR(NumberAfter(device, "bdev")
                                  ? AddBackingDevice(device_folder, device, uuid, sink)
                                  : AddCacheDevice(device_folder, device, uuid, sink));
    }
    return base::Status();
  }

  base::Status AddBackingDevice(const std::string& folder, const std::string& device,
                                const std::string& uuid, FamilySink* sink) {
    const LabelRef labels[] = {{"backing_device", device}, {"uuid", uuid}};
    VEDETTE_RETURN_IF_ERROR(AddSizes(kBackingDevice, folder, labels, sink));
    if (reader_.Text(folder + kReadaheads.file)) {
      VEDETTE_RETURN_IF_ERROR(AddSizes({&kReadaheads, 1}, folder, labels, sink));
    }
    return AddLines(kWritebackRate, folder + "writeback_rate_debug", labels, sink);
  }

  base::Status AddCacheDevice(const std::string& folder, const std::string& device,
                              const std::string& uuid, FamilySink* sink) {
    const LabelRef labels[] = {{"cache_device", device}, {"uuid", uuid}};
    VEDETTE_RETURN_IF_ERROR(AddSizes(kCacheDevice, folder, labels, sink));
    // The kernel walks all buckets for it.
    if (!priority_stats_) return base::Status();
    return AddLines(kPriorities, folder + "priority_stats", labels, sink);
  }

  base::Status AddSizes(std::span<const NumberAttribute> attributes, const std::string& folder,
                        std::span<const LabelRef> labels, FamilySink* sink) {
    for (const NumberAttribute& attribute : attributes) {
      VEDETTE_ASSIGN_OR_RETURN(const std::string text,
                               reader_.RequiredText(folder + attribute.file));
      const auto value = ParseBcacheSize(text);
      if (!value) return Malformed(folder + attribute.file, "expected a size", text);
      Open(attribute, sink).Add(*value * attribute.unit, labels);
    }
    return base::Status();
  }

  // "rate:           1.1M/sec", "Unused:		99%"
  base::Status AddLines(std::span<const NumberAttribute> attributes, const std::string& path,
                        std::span<const LabelRef> labels, FamilySink* sink) {
    VEDETTE_ASSIGN_OR_RETURN(const std::string text, reader_.RequiredText(path));
    LineScanner lines(text);
    std::string_view line;
    while (lines.Next(&line)) {
      const size_t colon = line.find(':');
      if (colon == std::string_view::npos) continue;
      for (const NumberAttribute& attribute : attributes) {
        if (line.substr(0, colon) != attribute.file) continue;
        const std::string_view rest = base::Trim(line.substr(colon + 1));
        const auto value = ParseBcacheSize(rest.substr(0, rest.find_first_of("/%")));
        if (!value) return Malformed(path, "expected NAME: SIZE", line);
        Open(attribute, sink).Add(*value, labels);
      }
    }
    return base::Status();
  }

  const std::string root_;
  const bool priority_stats_;
  AttributeReader reader_;
};

}  // namespace

MadeCollector MakeBcache(const CollectorContext& context) {
  return std::make_unique<Bcache>(*context.options);
}

}  // namespace vedette::exporters::node
