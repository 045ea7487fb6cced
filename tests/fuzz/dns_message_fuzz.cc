#include <cstdint>
#include <string_view>

#include "collector/scrape/discovery/dns_message.h"

// Any bytes as a name server's answer, to questions of each type.

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using vedette::scrape::DnsType;
  constexpr size_t kMaxInput = 65'535;
  if (size < 2 || size > kMaxInput) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto id = static_cast<uint16_t>(data[0] << 8 | data[1]);
  for (const DnsType type :
       {DnsType::kA, DnsType::kAaaa, DnsType::kSrv, DnsType::kMx, DnsType::kNs}) {
    const auto answer = vedette::scrape::ReadDnsAnswer(text, id, type);
    if (!answer.ok()) continue;
    for (const auto& record : answer->records) VEDETTE_CHECK(!record.target.empty());
  }
  return 0;
}
