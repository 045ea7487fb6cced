#ifndef VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_DNS_CLIENT_H_
#define VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_DNS_CLIENT_H_

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/fs.h"
#include "base/status.h"
#include "collector/scrape/discovery/dns_message.h"

namespace vedette::scrape {

// Asks name servers for records. Thread-safe.
class DnsClient {
 public:
  virtual ~DnsClient() = default;
  // The records of the first of the name's forms (search list) that has any; none where all servers
  // say that there are none. Unavailable when no server gave an answer to some form. Ends soon
  // after `stop`.
  virtual base::StatusOr<std::vector<DnsRecord>> Lookup(const std::string& name, DnsType type,
                                                        std::stop_token stop) = 0;
};

// Asks the servers that `resolv_conf` names (read at each look-up) on `port`, by UDP and, for
// answers that are too long for it, by TCP.
std::unique_ptr<DnsClient> NewDnsClient(base::FileSystem* fs,
                                        std::string resolv_conf = "/etc/resolv.conf",
                                        uint16_t port = 53);

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_DNS_CLIENT_H_
