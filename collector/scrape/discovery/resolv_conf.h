#ifndef VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_RESOLV_CONF_H_
#define VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_RESOLV_CONF_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::scrape {

// What /etc/resolv.conf says (resolv.conf(5)).
struct ResolvConf {
  std::vector<std::string> servers;  // addresses
  std::vector<std::string> search;
  uint64_t ndots = 1;
  uint64_t timeout_seconds = 5;
  uint64_t attempts = 2;
};

// Lines that are not known are passed over. Without a name server: 127.0.0.1.
ResolvConf ReadResolvConf(std::string_view text);

// The names to ask for, in turn: `name` as it stands and under each of `search`, which comes first
// by its dots. One that ends in a dot stands alone.
std::vector<std::string> NamesToAsk(const ResolvConf& conf, std::string_view name);

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_RESOLV_CONF_H_
