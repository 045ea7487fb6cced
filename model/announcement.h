#ifndef VEDETTE_MODEL_ANNOUNCEMENT_H_
#define VEDETTE_MODEL_ANNOUNCEMENT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secrets.h"
#include "base/status.h"

namespace vedette::model {

// A page that an agent serves.
struct AnnouncedPage {
  std::string job;  // the exporter's name: node, process, caddy ...
  uint16_t port = 0;
  std::string path = "/metrics";
  bool tls = false;  // https

  friend bool operator==(const AnnouncedPage&, const AnnouncedPage&) = default;
};

// What an agent says of its host to POST /api/v1/agents, each half minute. A value type.
struct Announcement {
  std::string id;    // kIdDigits of hex, made at the agent's first start
  base::Secret key;  // kKeyDigits of hex: shows that who says so is who said so first
  std::string host;
  std::string address;  // numeric; empty: where the announcement comes from
  std::vector<AnnouncedPage> pages;
  std::vector<std::pair<std::string, std::string>> labels;  // besides job, instance and host
  bool sends = false;  // its samples come by remote write: nothing is to be scraped

  static constexpr size_t kIdDigits = 32;
  static constexpr size_t kKeyDigits = 64;
  static constexpr size_t kMaxBytes = 64 << 10;  // as JSON
  static constexpr size_t kMaxPages = 32;
  static constexpr size_t kMaxLabels = 16;
  static constexpr size_t kMaxLabelBytes = 256;  // of a name, and of a value
  static constexpr size_t kMaxPathBytes = 256;
};

// {"id":…,"key":…,"host":…,"address":…,"pages":[{"job":…,"port":…,"path":…,"scheme":…}],
//  "labels":{…},"sends":…}
std::string EncodeAnnouncement(const Announcement& announcement);

// Reads that; what later versions add is passed over. InvalidArgument says which field is wrong,
// what was found and what is allowed, and never the key.
base::StatusOr<Announcement> ParseAnnouncement(std::string_view json);

// What ParseAnnouncement holds the values to.
base::Status CheckAnnouncement(const Announcement& announcement);

// 1 to 253 letters, digits, '.', '_' and '-': what a host may be called here.
bool IsHostName(std::string_view text);

// A label that an agent may give its host: a plain name that does not begin with "__" and is none
// of those that are set anyway (job, instance, host).
base::Status CheckHostLabel(std::string_view name, std::string_view value);

}  // namespace vedette::model

#endif  // VEDETTE_MODEL_ANNOUNCEMENT_H_
