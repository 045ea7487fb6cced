// Plays Prometheus' configuration files: a good one must be read, a bad one refused. What a good
// one asks for that is not supported here is an exception: listed by name, and the file must be
// read without it. Usage: config_conformance LIST FOLDER
#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fs.h"
#include "base/strings.h"
#include "collector/remote/config.h"
#include "collector/scrape/config.h"

namespace vedette {
namespace {

// "consul_sd_configs" of "FILE:1:2: scrape_configs[0].consul_sd_configs: not supported: WHY".
std::string FieldOf(std::string_view skipped) {
  const size_t end = skipped.find(": not supported");
  const std::string_view place = skipped.substr(0, end);
  const size_t begin = place.find_last_of(" .");
  return std::string(place.substr(begin == place.npos ? 0 : begin + 1));
}

// Good to upstream, refused here on purpose.
constexpr std::pair<std::string_view, std::string_view> kRefused[] = {
    {"remote_write_retry_on_rate_limit.good.yml",
     "a remote_write URL without http://, which upstream reads and then cannot send to"},
};

std::string_view WhyRefused(std::string_view name) {
  for (const auto& [file, why] : kRefused) {
    if (file == name) return why;
  }
  return {};
}

// What is skipped of a file, by all who read it; the first error.
base::StatusOr<std::vector<std::string>> Read(base::FileSystem* fs, const std::string& path,
                                              bool skip_unsupported) {
  VEDETTE_ASSIGN_OR_RETURN(const auto scraping,
                           scrape::LoadConfig(fs, path, {.skip_unsupported = skip_unsupported}));
  VEDETTE_ASSIGN_OR_RETURN(const auto sending, remote::LoadConfig(fs, path, skip_unsupported));
  std::vector<std::string> skipped = scraping.skipped;
  skipped.insert(skipped.end(), sending.skipped.begin(), sending.skipped.end());
  return skipped;
}

class Player {
 public:
  explicit Player(std::string folder) : folder_(std::move(folder)) {}

  void Play(std::string_view name, std::string_view verdict) {
    const std::string path = base::JoinPath(folder_, name);
    const auto strict = Read(fs_.get(), path, false);
    if (verdict == "fail") {
      Count(!strict.ok(), name, "a bad file was accepted");
    } else if (verdict == "pass") {
      PlayGood(name, path, strict.status());
    }
  }

  int Finish() const {
    for (const auto& [field, files] : exceptions_) {
      std::printf("exception: %s (%zu files)\n", field.c_str(), files);
    }
    std::printf("%d passed, %d failed\n", passed_, failed_);
    return failed_ == 0 && passed_ > 0 ? 0 : 1;
  }

 private:
  void PlayGood(std::string_view name, const std::string& path, const base::Status& strict) {
    const std::string_view refused = WhyRefused(name);
    if (!refused.empty()) {
      ++exceptions_[std::string(refused)];
      return Count(!strict.ok(), name, "it is read now");
    }
    if (strict.ok()) return Count(true, name, "");
    const auto skipped = Read(fs_.get(), path, true);
    if (!skipped.ok()) return Count(false, name, base::Message(skipped.status()));
    std::set<std::string> fields;
    for (const std::string& line : *skipped) fields.insert(FieldOf(line));
    for (const std::string& field : fields) ++exceptions_[field + " is not supported"];
    Count(!fields.empty(), name, base::Message(strict));
  }

  void Count(bool ok, std::string_view name, std::string_view why) {
    ++(ok ? passed_ : failed_);
    if (!ok) std::printf("FAIL %s: %s\n", std::string(name).c_str(), std::string(why).c_str());
  }

  const std::string folder_;
  const std::unique_ptr<base::FileSystem> fs_ = base::NewPosixFileSystem();
  std::map<std::string, size_t> exceptions_;  // what is not supported -> files
  int passed_ = 0;
  int failed_ = 0;
};

int Main(const std::string& list, const std::string& folder) {
  const auto fs = base::NewPosixFileSystem();
  const auto rows = fs->ReadFile(list);
  if (!rows.ok()) {
    std::printf("skipped: %s is not there\n", list.c_str());
    return 0;
  }
  Player player(folder);
  for (const std::string_view line : base::Split(*rows, '\n')) {
    const std::vector<std::string_view> columns = base::Split(line, '\t');
    if (columns.size() < 3 || base::StartsWith(line, "#")) continue;
    player.Play(columns[0], columns[1]);
  }
  return player.Finish();
}

}  // namespace
}  // namespace vedette

int main(int argc, char** argv) {
  if (argc != 3) {
    std::printf("usage: config_conformance LIST FOLDER\n");
    return 2;
  }
  return vedette::Main(argv[1], argv[2]);
}
