#include "collector/scrape/discovery/resolv_conf.h"

#include <algorithm>

#include "base/strings.h"

namespace vedette::scrape {
namespace {

constexpr uint64_t kMostSeconds = 30;
constexpr uint64_t kMostAttempts = 5;
constexpr uint64_t kMostDots = 15;

std::vector<std::string_view> Words(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const size_t end = std::min(line.find_first_of(" \t\r"), line.size());
    if (end > 0) words.push_back(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return words;
}

void ReadOption(std::string_view option, std::string_view name, uint64_t least, uint64_t most,
                uint64_t* out) {
  if (!base::StartsWith(option, name)) return;
  if (const auto value = base::ParseUint(option.substr(name.size()))) {
    *out = std::clamp(*value, least, most);
  }
}

}  // namespace

ResolvConf ReadResolvConf(std::string_view text) {
  ResolvConf conf;
  for (std::string_view line : base::Split(text, '\n')) {
    line = line.substr(0, line.find_first_of("#;"));
    const std::vector<std::string_view> words = Words(line);
    if (words.size() < 2) continue;
    if (words[0] == "nameserver") conf.servers.emplace_back(words[1]);
    if (words[0] == "domain") conf.search = {std::string(words[1])};
    if (words[0] == "search") conf.search.assign(words.begin() + 1, words.end());
    if (words[0] != "options") continue;
    for (const std::string_view option : words) {
      ReadOption(option, "ndots:", 0, kMostDots, &conf.ndots);
      ReadOption(option, "timeout:", 1, kMostSeconds, &conf.timeout_seconds);
      ReadOption(option, "attempts:", 1, kMostAttempts, &conf.attempts);
    }
  }
  if (conf.servers.empty()) conf.servers.emplace_back("127.0.0.1");
  return conf;
}

std::vector<std::string> NamesToAsk(const ResolvConf& conf, std::string_view name) {
  if (base::EndsWith(name, ".")) return {std::string(name)};
  const auto dots = static_cast<uint64_t>(std::count(name.begin(), name.end(), '.'));
  std::vector<std::string> names;
  for (const std::string& domain : conf.search) {
    if (domain != ".") names.push_back(base::Concat({name, ".", domain}));
  }
  const auto own = dots >= conf.ndots ? names.begin() : names.end();
  names.insert(own, std::string(name));
  return names;
}

}  // namespace vedette::scrape
