#ifndef VEDETTE_COLLECTOR_AGENTS_HOST_RECORD_H_
#define VEDETTE_COLLECTOR_AGENTS_HOST_RECORD_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "model/announcement.h"

namespace vedette::agents {

// What is known of a host and kept on disk (FORMAT.md). A value type.
struct HostRecord {
  std::string host;
  std::string id;        // of the agent that owns the name
  std::string key_hash;  // SHA-256 of its key, in hex
  std::string address;   // where it is scraped; empty: it sends
  std::string peer;      // where it announced itself from
  std::vector<model::AnnouncedPage> pages;
  std::vector<std::pair<std::string, std::string>> labels;
  bool sends = false;
  bool released = false;  // the next other id that claims the name gets it
  int64_t first_ms = 0;
  int64_t silent_since_ms = 0;  // 0: it is heard

  friend bool operator==(const HostRecord&, const HostRecord&) = default;
};

std::string EncodeHostRecord(const HostRecord& record);
// DataLoss where the bytes are no record; InvalidArgument where a newer version wrote them.
base::StatusOr<HostRecord> DecodeHostRecord(std::string_view host, std::string_view bytes);

}  // namespace vedette::agents

#endif  // VEDETTE_COLLECTOR_AGENTS_HOST_RECORD_H_
