// What users leave in files for us: the *.prom of the directories that the flags name.
#include <glob.h>
#include <sys/stat.h>

#include <map>
#include <set>

#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/source_file.h"
#include "exporters/node/textfile_parser.h"

namespace vedette::exporters::node {
namespace {

constexpr char kSuffix[] = ".prom";

// A file as it was read last. It is parsed again only when it has changed.
struct Textfile {
  ino_t inode = 0;
  off_t size = -1;
  timespec mtime{};
  base::Status status;
  std::vector<prometheus::MetricFamily> families;

  bool IsStill(const struct stat& info) const {
    return inode == info.st_ino && size == info.st_size && mtime.tv_sec == info.st_mtim.tv_sec &&
           mtime.tv_nsec == info.st_mtim.tv_nsec;
  }
};

// The directories that a pattern names; the pattern itself where it names none, so that its absence
// is told.
std::vector<std::string> Expand(const std::string& pattern) {
  glob_t found{};
  std::vector<std::string> paths;
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0) {
    paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  }
  ::globfree(&found);
  if (paths.empty()) paths.push_back(pattern);
  return paths;
}

class TextfileCollector final : public Collector {
 public:
  explicit TextfileCollector(const CollectorContext& context)
      : patterns_(context.options->textfile.directories), logger_(context.logger) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    std::set<std::string> seen;
    bool failed = false;
    for (const std::string& pattern : patterns_) {
      if (pattern.empty()) continue;
      for (const std::string& folder : Expand(pattern)) failed |= !ReadFolder(folder, &seen);
    }
    std::erase_if(files_, [&seen](const auto& entry) { return seen.count(entry.first) == 0; });
    failed |= !AddFamilies(sink);
    AddTimes(sink);
    sink->Gauge("node_textfile_scrape_error",
                "1 if there was an error opening or reading a file, 0 otherwise")
        .Add(failed ? 1 : 0);
    return base::Status();
  }

 private:
  bool ReadFolder(const std::string& folder, std::set<std::string>* seen) {
    const auto names =
        ListFolder(folder, [](std::string_view name) { return base::EndsWith(name, kSuffix); });
    Tell(folder, names.status());
    if (!names.ok()) return false;
    bool all_read = true;
    for (const std::string& name : *names) {
      const std::string path =
          base::EndsWith(folder, "/") ? folder + name : base::Concat({folder, "/", name});
      seen->insert(path);
      all_read &= ReadFile(path);
    }
    return all_read;
  }

  bool ReadFile(const std::string& path) {
    struct stat info {};
    Textfile& file = files_[path];
    if (::stat(path.c_str(), &info) != 0) {
      file = Textfile();
      file.status = base::FromErrno(errno, path);
    } else if (!file.IsStill(info)) {
      file = Parse(path, info);
    }
    Tell(path, file.status);
    return file.status.ok();
  }

  Textfile Parse(const std::string& path, const struct stat& info) {
    Textfile file;
    file.inode = info.st_ino;
    file.size = info.st_size;
    file.mtime = info.st_mtim;
    const auto text = reader_.Read(path);
    if (!text.ok()) {
      file.status = text.status();
      file.size = -1;  // try again next time
      return file;
    }
    auto families = ParseTextfile(*text);
    if (families.ok()) {
      file.families = *std::move(families);
    } else {
      file.status = base::Annotate(families.status(), path);
    }
    return file;
  }

  // A family as the files before said it is.
  struct Known {
    std::string help;
    prometheus::MetricType type;
    std::string files;
  };
  using KnownFamilies = std::map<std::string, Known>;

  // Families of several files become one.
  bool AddFamilies(FamilySink* sink) {
    KnownFamilies known;
    std::vector<const prometheus::MetricFamily*> accepted;
    bool all_agree = true;
    for (const auto& [path, file] : files_) {
      for (const prometheus::MetricFamily& family : file.families) {
        if (Accept(path, family, &known)) {
          accepted.push_back(&family);
        } else {
          all_agree = false;
        }
      }
    }
    for (const prometheus::MetricFamily* family : accepted) {
      prometheus::MetricFamily copy = *family;
      const Known& first = known.at(family->name);
      copy.help =
          first.help.empty() ? base::Concat({"Metric read from ", first.files}) : first.help;
      sink->Add(std::move(copy));
    }
    return all_agree;
  }

  // The first HELP and type stand; a file that says something else is not believed in this family.
  bool Accept(const std::string& path, const prometheus::MetricFamily& family,
              KnownFamilies* known) {
    const auto [at, is_new] =
        known->try_emplace(family.name, Known{family.help, family.type, path});
    if (is_new) return true;
    Known& first = at->second;
    const bool same_help = family.help.empty() || first.help.empty() || family.help == first.help;
    const bool agrees = same_help && family.type == first.type;
    Tell(base::Concat({path, " ", family.name}),
         agrees ? base::Status()
                : base::InvalidArgument(
                      base::Concat({path, ": family ", family.name,
                                    " has another help text or type than in ", first.files})));
    if (!agrees) return false;
    if (first.help.empty()) first.help = family.help;
    first.files += base::Concat({", ", path});
    return true;
  }

  void AddTimes(FamilySink* sink) const {
    FamilyRef family = sink->Gauge("node_textfile_mtime_seconds",
                                   "Unixtime mtime of textfiles successfully read.");
    for (const auto& [path, file] : files_) {
      if (file.status.ok()) {
        family.Add(static_cast<double>(file.mtime.tv_sec), {{"file", path}});
      }
    }
  }

  // Logs what is wrong with a place once, and again when it is something else.
  void Tell(const std::string& place, const base::Status& status) {
    const std::string message(base::Message(status));
    const auto known = told_.find(place);
    if (status.ok()) {
      if (known != told_.end()) told_.erase(known);
      return;
    }
    if (known != told_.end() && known->second == message) return;
    if (told_.size() < kMaxTold) told_[place] = message;
    if (logger_ != nullptr) logger_->Warn("textfile not read", {{"err", message}});
  }

  static constexpr size_t kMaxTold = 1000;

  const std::vector<std::string> patterns_;
  base::Logger* const logger_;
  std::map<std::string, Textfile> files_;    // by path
  std::map<std::string, std::string> told_;  // what was logged of a place
  SourceFile reader_;
};

}  // namespace

MadeCollector MakeTextfile(const CollectorContext& context) {
  return std::make_unique<TextfileCollector>(context);
}

}  // namespace vedette::exporters::node
