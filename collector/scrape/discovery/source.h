#ifndef VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_SOURCE_H_
#define VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_SOURCE_H_

#include <cstdint>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "collector/scrape/discovery/discovery_config.h"

namespace vedette::scrape {

// What a source knows now. Where a part of it could not be had, what was found of that part before
// stands on, and a problem says why.
struct Found {
  std::vector<TargetGroup> groups;
  std::vector<std::string> problems;
  int64_t again_ms = 0;  // not 0: something is not whole yet, look again this soon
};

// One configured mechanism of discovery. One thread at a time.
class Source {
 public:
  virtual ~Source() = default;
  // Looks once; may block, for no longer than a moment after `stop`. `written`: files known to be
  // whole, since whoever wrote them has closed them.
  virtual Found Look(const std::set<std::string>& written, std::stop_token stop) = 0;
  virtual int64_t refresh_ms() const = 0;
  // Whether looking waits for servers, which may hang.
  virtual bool AsksServers() const { return true; }
  // Folders where a change is a reason to look.
  virtual std::vector<std::string> Folders() const { return {}; }
};

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_SOURCE_H_
