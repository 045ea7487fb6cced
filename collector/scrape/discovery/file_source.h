#ifndef VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_FILE_SOURCE_H_
#define VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_FILE_SOURCE_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/fs.h"
#include "collector/scrape/discovery/source.h"

namespace vedette::scrape {

// Targets from files (file_sd_configs). A file is taken whole or not at all: one that was changed
// within the last second, and that nobody is known to have closed since, is left for the next look;
// one that cannot be read or parsed, or whose folder cannot be listed, leaves what it said before
// in force. One that is gone takes its targets with it. Each group gets the label __meta_filepath.
class FileSource final : public Source {
 public:
  FileSource(FileSdConfig config, base::FileSystem* fs, base::Clock* clock)
      : config_(std::move(config)), fs_(fs), clock_(clock) {}

  Found Look(const std::set<std::string>& written, std::stop_token stop) override;
  int64_t refresh_ms() const override { return config_.refresh_ms; }
  bool AsksServers() const override { return false; }
  std::vector<std::string> Folders() const override;

 private:
  // A file as it was taken.
  struct Taken {
    base::FileInfo info;
    std::vector<TargetGroup> groups;
    std::string problem;  // of this state of the file; empty: `groups` is what it says
  };
  // What the patterns name now: all of it, or what could be seen.
  struct Named {
    std::set<std::string> files;
    std::vector<std::string> unseen;  // patterns of which nobody knows what they name
  };
  Named Expand(Found* found) const;
  static bool Matches(const std::string& pattern, const std::string& path);
  bool IsSettled(const std::string& path, const base::FileInfo& info);
  void Take(const std::string& path, bool is_whole, Found* found);
  base::StatusOr<std::vector<TargetGroup>> Read(const std::string& path,
                                                const base::FileInfo& before, bool* changed) const;

  const FileSdConfig config_;
  base::FileSystem* const fs_;
  base::Clock* const clock_;
  std::map<std::string, Taken> taken_;
  // Files whose time is ahead of the clock: how they were, and since when (monotonic).
  std::map<std::string, std::pair<base::FileInfo, int64_t>> ahead_;
};

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_FILE_SOURCE_H_
