// node_os_* from /etc/os-release, or /usr/lib/os-release where there is none.
#include <sys/stat.h>

#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/os_release.h"
#include "exporters/node/source_file.h"

namespace vedette::exporters::node {
namespace {

constexpr const char* kOsReleasePlaces[] = {"/etc/os-release", "/usr/lib/os-release"};

struct OsReleaseField {
  const char* label;
  const char* name;
};
constexpr OsReleaseField kOsReleaseFields[] = {{"build_id", "BUILD_ID"},
                                               {"id", "ID"},
                                               {"id_like", "ID_LIKE"},
                                               {"image_id", "IMAGE_ID"},
                                               {"image_version", "IMAGE_VERSION"},
                                               {"name", "NAME"},
                                               {"pretty_name", "PRETTY_NAME"},
                                               {"variant", "VARIANT"},
                                               {"variant_id", "VARIANT_ID"},
                                               {"version", "VERSION"},
                                               {"version_codename", "VERSION_CODENAME"},
                                               {"version_id", "VERSION_ID"}};

// Which file was read, and in which state: it is read again only when that changes.
struct Identity {
  std::string path;
  ino_t inode = 0;
  off_t size = 0;
  timespec mtime{};

  bool operator==(const Identity& other) const {
    return path == other.path && inode == other.inode && size == other.size &&
           mtime.tv_sec == other.mtime.tv_sec && mtime.tv_nsec == other.mtime.tv_nsec;
  }
};

class Os final : public Collector {
 public:
  explicit Os(const Paths& paths) : paths_(paths) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    const std::optional<Identity> found = Find();
    if (!found) return NoData("neither /etc/os-release nor /usr/lib/os-release exists");
    if (!(*found == read_)) VEDETTE_RETURN_IF_ERROR(Read(*found));
    AddInfo(sink);
    if (const auto version = MajorMinor(Get("VERSION_ID")); version && *version > 0) {
      sink->Gauge("node_os_version", "Metric containing the major.minor part of the OS version.")
          .Add(*version, {{"id", Get("ID")}, {"id_like", Get("ID_LIKE")}, {"name", Get("NAME")}});
    }
    if (const auto end = ParseDay(Get("SUPPORT_END"))) {
      sink->Gauge("node_os_support_end_timestamp_seconds",
                  "Metric containing the end-of-life date timestamp of the OS.")
          .Add(static_cast<double>(*end));
    }
    return base::Status();
  }

 private:
  std::optional<Identity> Find() const {
    for (const char* place : kOsReleasePlaces) {
      Identity identity;
      identity.path = paths_.Root(place);
      struct stat info {};
      if (::stat(identity.path.c_str(), &info) != 0) continue;
      identity.inode = info.st_ino;
      identity.size = info.st_size;
      identity.mtime = info.st_mtim;
      return identity;
    }
    return std::nullopt;
  }

  base::Status Read(const Identity& identity) {
    VEDETTE_ASSIGN_OR_RETURN(const std::string_view text, file_.Read(identity.path));
    VEDETTE_ASSIGN_OR_RETURN(fields_, ParseOsRelease(text, identity.path));
    if (const std::string_view end = Get("SUPPORT_END"); !end.empty() && !ParseDay(end)) {
      return Malformed(identity.path, "expected SUPPORT_END=YYYY-MM-DD", end);
    }
    read_ = identity;
    return base::Status();
  }

  void AddInfo(FamilySink* sink) const {
    std::vector<LabelRef> labels;
    for (const OsReleaseField& field : kOsReleaseFields)
      labels.push_back({field.label, Get(field.name)});
    sink->Gauge("node_os_info",
                "A metric with a constant '1' value labeled by build_id, id, id_like, image_id, "
                "image_version, name, pretty_name, variant, variant_id, version, "
                "version_codename, version_id.")
        .Add(1, labels);
  }

  std::string_view Get(std::string_view name) const {
    const auto found = fields_.find(name);
    return found == fields_.end() ? std::string_view() : std::string_view(found->second);
  }

  const Paths paths_;
  Identity read_;
  OsRelease fields_;
  SourceFile file_;
};

}  // namespace

MadeCollector MakeOs(const CollectorContext& context) {
  return std::make_unique<Os>(context.options->paths);
}

}  // namespace vedette::exporters::node
