// node_bcachefs_* from /sys/fs/bcachefs/UUID.
#include <sys/stat.h>

#include "base/strings.h"
#include "exporters/node/attribute_reader.h"
#include "exporters/node/collectors.h"
#include "exporters/node/human_number.h"
#include "exporters/node/metric_name.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

bool IsBcachefsFolder(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

std::string_view WithoutColon(std::string_view name) {
  if (base::EndsWith(name, ":")) name.remove_suffix(1);
  return name;
}

class Bcachefs final : public Collector {
 public:
  explicit Bcachefs(const Paths& paths) : root_(paths.Sys("fs/bcachefs")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    const auto names = ListFolder(root_, [](std::string_view) { return true; });
    if (!names.ok()) return NoData(base::Message(names.status()));
    bool found = false;
    for (const std::string& uuid : *names) {
      const std::string folder = base::Concat({root_, "/", uuid, "/"});
      if (!IsBcachefsFolder(folder)) continue;
      found = true;
      VEDETTE_RETURN_IF_ERROR(AddFileSystem(folder, uuid, sink));
    }
    return found ? base::Status() : NoData(root_ + " holds no file system");
  }

 private:
  base::Status AddFileSystem(const std::string& folder, const std::string& uuid, FamilySink* sink) {
    sink->Gauge("node_bcachefs_info", "Filesystem information.").Add(1, {{"uuid", uuid}});
    const std::string cache = folder + "btree_cache_size";
    const auto size = ParseBcachefsSize(reader_.Text(cache).value_or("0"));
    if (!size) return Malformed(cache, "expected a size", "");
    sink->Gauge("node_bcachefs_btree_cache_size_bytes", "Btree cache memory usage in bytes.")
        .Add(*size, {{"uuid", uuid}});
    VEDETTE_RETURN_IF_ERROR(AddCompression(folder + "compression_stats", uuid, sink));
    VEDETTE_RETURN_IF_ERROR(AddErrors(folder + "errors", uuid, sink));
    VEDETTE_RETURN_IF_ERROR(AddCounters(folder + "counters", uuid, sink));
    VEDETTE_RETURN_IF_ERROR(AddBtreeWrites(folder + "btree_write_stats", uuid, sink));
    VEDETTE_ASSIGN_OR_RETURN(
        const std::vector<std::string> devices,
        ListFolder(folder, [](std::string_view name) { return base::StartsWith(name, "dev-"); }));
    for (const std::string& device : devices) {
      VEDETTE_RETURN_IF_ERROR(AddDevice(base::Concat({folder, device, "/"}),
                                        std::string_view(device).substr(4), uuid, sink));
    }
    return base::Status();
  }

  // Calls `add` with the fields of each line that has at least `count`; an absent file has none.
  template <typename Add>
  base::Status ForEachLine(const std::string& path, size_t count, Add add) {
    const std::string text(reader_.Text(path).value_or(""));
    LineScanner lines(text);
    std::string_view line;
    std::vector<std::string_view> fields;
    while (lines.Next(&line)) {
      SplitFields(line, &fields);
      if (fields.size() < count) continue;
      if (!add(fields)) return Malformed(path, "expected numbers", line);
    }
    return base::Status();
  }

  // "lz4   48.9G   71.2G   62.5k" under a line of titles.
  base::Status AddCompression(const std::string& path, const std::string& uuid, FamilySink* sink) {
    FamilyRef compressed =
        sink->Gauge("node_bcachefs_compression_compressed_bytes", "Compressed size by algorithm.");
    FamilyRef uncompressed = sink->Gauge("node_bcachefs_compression_uncompressed_bytes",
                                         "Uncompressed size by algorithm.");
    bool is_head = true;
    return ForEachLine(path, 3, [&](const std::vector<std::string_view>& fields) {
      if (std::exchange(is_head, false)) return true;
      const auto from = ParseBcachefsSize(fields[2]);
      const auto to = ParseBcachefsSize(fields[1]);
      if (!from || !to) return false;
      const LabelRef labels[] = {{"algorithm", WithoutColon(fields[0])}, {"uuid", uuid}};
      compressed.Add(*to, labels);
      uncompressed.Add(*from, labels);
      return true;
    });
  }

  // "bset_bad_csum   2   1767112063"
  base::Status AddErrors(const std::string& path, const std::string& uuid, FamilySink* sink) {
    FamilyRef errors = sink->Counter("node_bcachefs_errors_total", "Error count by error type.");
    return ForEachLine(path, 2, [&](const std::vector<std::string_view>& fields) {
      const auto count = base::ParseUint(fields[1]);
      if (!count) return false;
      errors.Add(static_cast<double>(*count), {{"error_type", fields[0]}, {"uuid", uuid}});
      return true;
    });
  }

  // One file a counter: "since mount: N" and "since filesystem creation: N".
  base::Status AddCounters(const std::string& folder, const std::string& uuid, FamilySink* sink) {
    constexpr std::string_view kSince = "since filesystem creation:";
    const auto names = ListFolder(folder, [](std::string_view) { return true; });
    if (!names.ok()) return base::Status();
    for (const std::string& name : *names) {
      const std::string path = base::Concat({folder, "/", name});
      const auto text = reader_.Text(path);
      if (!text) continue;
      const size_t at = text->find(kSince);
      if (at == std::string_view::npos)
        return Malformed(path, "expected the line since filesystem creation", *text);
      const std::string_view rest = text->substr(at + kSince.size());
      const auto value = ParseBcachefsSize(rest.substr(0, rest.find('\n')));
      if (!value) return Malformed(path, "expected a number", *text);
      sink->Counter(base::Concat({"node_bcachefs_", ToMetricName(name), "_total"}),
                    base::Concat({"Bcachefs counter ", name, " since filesystem creation."}))
          .Add(*value, {{"uuid", uuid}});
    }
    return base::Status();
  }

  // "initial:   3298401   100k" under a line of titles.
  base::Status AddBtreeWrites(const std::string& path, const std::string& uuid, FamilySink* sink) {
    FamilyRef writes =
        sink->Counter("node_bcachefs_btree_writes_total", "Number of btree writes by type.");
    FamilyRef sizes = sink->Gauge("node_bcachefs_btree_write_average_size_bytes",
                                  "Average btree write size by type.");
    return ForEachLine(path, 3, [&](const std::vector<std::string_view>& fields) {
      const auto count = base::ParseUint(fields[1]);
      const auto size = ParseBcachefsSize(fields[2]);
      if (!count || !size) return false;
      const LabelRef labels[] = {{"type", WithoutColon(fields[0])}, {"uuid", uuid}};
      writes.Add(static_cast<double>(*count), labels);
      sizes.Add(*size, labels);
      return true;
    });
  }

  base::Status AddDevice(const std::string& folder, std::string_view device,
                         const std::string& uuid, FamilySink* sink) {
    const std::string label(reader_.Text(folder + "label").value_or(""));
    const std::string state(reader_.Text(folder + "state").value_or(""));
    sink->Gauge("node_bcachefs_device_info", "Device information.")
        .Add(1, {{"device", device}, {"label", label}, {"state", state}, {"uuid", uuid}});
    const LabelRef labels[] = {{"device", device}, {"uuid", uuid}};
    const auto bucket = ParseBcachefsSize(reader_.Text(folder + "bucket_size").value_or("0"));
    if (!bucket) return Malformed(folder + "bucket_size", "expected a size", "");
    sink->Gauge("node_bcachefs_device_bucket_size_bytes", "Bucket size in bytes.")
        .Add(*bucket, labels);
    sink->Gauge("node_bcachefs_device_buckets", "Total number of buckets.")
        .Add(reader_.Number(folder + "nbuckets").value_or(0), labels);
    sink->Gauge("node_bcachefs_device_durability", "Device durability setting.")
        .Add(reader_.Number(folder + "durability").value_or(0), labels);
    VEDETTE_RETURN_IF_ERROR(AddIoDone(folder + "io_done", device, uuid, sink));
    return AddIoErrors(folder + "io_errors", device, uuid, sink);
  }

  // "btree       :     5242880" below "read:" and below "write:".
  base::Status AddIoDone(const std::string& path, std::string_view device, const std::string& uuid,
                         FamilySink* sink) {
    FamilyRef done = sink->Counter("node_bcachefs_device_io_done_bytes_total",
                                   "IO bytes by operation type and data type.");
    const std::string text(reader_.Text(path).value_or(""));
    LineScanner lines(text);
    std::string_view line;
    std::string_view operation;
    while (lines.Next(&line)) {
      line = base::Trim(line);
      if (line == "read:" || line == "write:") {
        operation = WithoutColon(line);
        continue;
      }
      const size_t colon = line.find(':');
      if (operation.empty() || colon == std::string_view::npos) continue;
      const auto value = base::ParseUint(base::Trim(line.substr(colon + 1)));
      if (!value) return Malformed(path, "expected a number", line);
      done.Add(static_cast<double>(*value), {{"data_type", base::Trim(line.substr(0, colon))},
                                             {"device", device},
                                             {"operation", operation},
                                             {"uuid", uuid}});
    }
    return base::Status();
  }

  // "checksum:0" in the first of two sections, which counts since the file system was made.
  base::Status AddIoErrors(const std::string& path, std::string_view device,
                           const std::string& uuid, FamilySink* sink) {
    FamilyRef errors =
        sink->Counter("node_bcachefs_device_io_errors_total", "IO errors by error type.");
    const std::string text(reader_.Text(path).value_or(""));
    LineScanner lines(text);
    std::string_view line;
    bool counting = false;
    while (lines.Next(&line)) {
      if (base::StartsWith(line, "IO errors since ")) {
        if (counting) break;
        counting = line == "IO errors since filesystem creation";
        continue;
      }
      const size_t colon = line.find(':');
      if (!counting || colon == std::string_view::npos) continue;
      const auto value = base::ParseUint(base::Trim(line.substr(colon + 1)));
      if (!value) return Malformed(path, "expected a number", line);
      errors.Add(static_cast<double>(*value),
                 {{"device", device}, {"type", base::Trim(line.substr(0, colon))}, {"uuid", uuid}});
    }
    return base::Status();
  }

  const std::string root_;
  AttributeReader reader_;
};

}  // namespace

MadeCollector MakeBcachefs(const CollectorContext& context) {
  return std::make_unique<Bcachefs>(context.options->paths);
}

}  // namespace vedette::exporters::node
