#ifndef VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_DNS_MESSAGE_H_
#define VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_DNS_MESSAGE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "collector/scrape/discovery/discovery_config.h"

namespace vedette::scrape {

// A record of the type that was asked for.
struct DnsRecord {
  DnsType type = DnsType::kA;
  std::string target;  // A, AAAA: the address; else the name, which ends in a dot
  uint16_t port = 0;   // SRV
};

struct DnsAnswer {
  static constexpr int kNoError = 0;
  static constexpr int kNameError = 3;
  int code = kNoError;     // RCODE
  bool truncated = false;  // ask again by TCP
  std::vector<DnsRecord> records;
};

// One question as a message of RFC 1035, with room for answers of 4 KiB (RFC 6891).
// InvalidArgument when `name` is no name of a host.
base::StatusOr<std::string> DnsQuery(uint16_t id, std::string_view name, DnsType type);

// Reads an answer to question `id`; records of other types (CNAME ...) are left out. DataLoss when
// it is none. No recursion, and no more jumps within names than names have parts.
base::StatusOr<DnsAnswer> ReadDnsAnswer(std::string_view message, uint16_t id, DnsType type);

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_DNS_MESSAGE_H_
