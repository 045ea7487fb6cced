// node_zfs_* from /proc/spl/kstat/zfs: whatever counters the module keeps, under their own names.
#include <algorithm>

#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

// A file of the module's own statistics and the middle of its families' names.
struct Subsystem {
  const char* file;
  const char* prefix;
};
constexpr Subsystem kSubsystems[] = {
    {"abdstats", "abd"},
    {"arcstats", "arc"},
    {"dbufstats", "dbuf"},
    {"dmu_tx", "dmu_tx"},
    {"dnodestats", "dnode"},
    {"fm", "fm"},
    {"vdev_cache_stats", "vdev_cache"},
    {"vdev_mirror_stats", "vdev_mirror"},
    {"xuio_stats", "xuio"},
    {"zfetchstats", "zfetch"},
    {"zil", "zil"},
};
constexpr const char* kPoolStates[] = {"online",  "degraded", "faulted",  "offline",
                                       "removed", "unavail",  "suspended"};
// The kinds of a kstat that are counted; the others are texts and narrower numbers.
constexpr std::string_view kInt64 = "3";
constexpr std::string_view kUint64 = "4";

std::string FamilyName(std::string_view prefix, std::string_view field) {
  std::string name = base::Concat({"node_zfs_", prefix, "_", field});
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

bool IsHead(const std::vector<std::string_view>& fields) {
  return fields.size() == 3 && fields[0] == "name" && fields[1] == "type" && fields[2] == "data";
}

class Zfs final : public Collector {
 public:
  explicit Zfs(const Paths& paths) : root_(paths.Proc("spl/kstat/zfs")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    const auto names = ListFolder(root_, [](std::string_view) { return true; });
    if (!names.ok()) return NoData(base::Message(names.status()));
    for (const Subsystem& subsystem : kSubsystems) {
      VEDETTE_RETURN_IF_ERROR(AddSubsystem(subsystem, sink));
    }
    for (const std::string& name : *names) VEDETTE_RETURN_IF_ERROR(AddPool(name, sink));
    return base::Status();
  }

 private:
  // Each version of the module has other files: an absent one is no failure.
  base::Status AddSubsystem(const Subsystem& subsystem, FamilySink* sink) {
    const std::string path = base::Concat({root_, "/", subsystem.file});
    const auto text = file_.Read(path);
    if (!text.ok()) return base::Status();
    const auto add = [&](std::string_view name, double value) {
      sink->Untyped(FamilyName(subsystem.prefix, name),
                    base::Concat({"kstat.zfs.misc.", subsystem.file, ".", name}))
          .Add(value);
    };
    return ReadKstat(*text, path, add, [](std::string_view, std::string_view) {});
  }

  // Calls `add` for each number and `add_text` for each other entry.
  template <typename Add, typename AddText>
  base::Status ReadKstat(std::string_view text, const std::string& path, Add add,
                         AddText add_text) {
    LineScanner lines(text);
    std::string_view line;
    bool begun = false;
    while (lines.Next(&line)) {
      SplitFields(line, &fields_);
      if (!begun) {
        begun = IsHead(fields_);
        continue;
      }
      if (fields_.size() < 3) continue;
      if (fields_[1] != kUint64 && fields_[1] != kInt64) {
        // A text may hold blanks: it is the rest of the line.
        const size_t at = static_cast<size_t>(fields_[2].data() - line.data());
        add_text(fields_[0], base::Trim(line.substr(at)));
        continue;
      }
      const auto value = ParseValue(fields_[2]);
      if (!value) return Malformed(path, "expected a number", line);
      add(fields_[0], *value);
    }
    if (!begun) return Malformed(path, "expected the line \"name type data\"", text);
    return base::Status();
  }

  static std::optional<double> ParseValue(std::string_view text) {
    if (const auto value = base::ParseUint(text)) return static_cast<double>(*value);
    if (const auto value = base::ParseInt(text)) return static_cast<double>(*value);
    return std::nullopt;
  }

  // Names in the folder that are no pool's have no files in them and are passed over.
  base::Status AddPool(const std::string& pool, FamilySink* sink) {
    const std::string folder = base::Concat({root_, "/", pool});
    const auto files = ListFolder(folder, [](std::string_view name) {
      return name == "io" || name == "state" || base::StartsWith(name, "objset-");
    });
    if (!files.ok()) return base::Status();
    for (const std::string& name : *files) {
      const std::string path = base::Concat({folder, "/", name});
      const auto text = file_.Read(path);
      if (!text.ok()) continue;  // the pool is being exported
      if (name == "state") {
        AddState(pool, *text, sink);
      } else if (name == "io") {
        VEDETTE_RETURN_IF_ERROR(AddIo(pool, *text, path, sink));
      } else {
        VEDETTE_RETURN_IF_ERROR(AddObjset(pool, *text, path, sink));
      }
    }
    return base::Status();
  }

  static void AddState(const std::string& pool, std::string_view text, FamilySink* sink) {
    FamilyRef family = sink->Gauge("node_zfs_zpool_state", "kstat.zfs.misc.state");
    const std::string_view state = base::Trim(text.substr(0, text.find('\n')));
    for (const char* name : kPoolStates) {
      family.Add(base::EqualsIgnoreCase(state, name) ? 1 : 0, {{"state", name}, {"zpool", pool}});
    }
  }

  // A line of names and a line of numbers.
  base::Status AddIo(const std::string& pool, std::string_view text, const std::string& path,
                     FamilySink* sink) {
    LineScanner lines(text);
    std::string_view line;
    std::vector<std::string_view> names;
    while (lines.Next(&line)) {
      SplitFields(line, &fields_);
      if (names.empty()) {
        if (!fields_.empty() && fields_[0] == "nread") names = fields_;
        continue;
      }
      if (fields_.size() < names.size()) return Malformed(path, "expected a number a name", line);
      for (size_t i = 0; i < names.size(); ++i) {
        const auto value = ParseValue(fields_[i]);
        if (!value) return Malformed(path, "expected numbers", line);
        sink->Untyped(FamilyName("zpool", names[i]), base::Concat({"kstat.zfs.misc.io.", names[i]}))
            .Add(*value, {{"zpool", pool}});
      }
    }
    return base::Status();
  }

  base::Status AddObjset(const std::string& pool, std::string_view text, const std::string& path,
                         FamilySink* sink) {
    std::string dataset;
    const auto add = [&](std::string_view name, double value) {
      sink->Untyped(FamilyName("zpool_dataset", name),
                    base::Concat({"kstat.zfs.misc.objset.", name}))
          .Add(value, {{"dataset", dataset}, {"zpool", pool}});
    };
    return ReadKstat(text, path, add, [&](std::string_view name, std::string_view value) {
      if (name == "dataset_name") dataset = value;
    });
  }

  const std::string root_;
  std::vector<std::string_view> fields_;  // of the line in hand
  SourceFile file_;
};

}  // namespace

MadeCollector MakeZfs(const CollectorContext& context) {
  return std::make_unique<Zfs>(context.options->paths);
}

}  // namespace vedette::exporters::node
