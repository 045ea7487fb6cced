#include "exporters/caddy/upstream_list.h"

#include <simdjson.h>

#include "base/strings.h"

namespace vedette::exporters::caddy {
namespace {

namespace dom = simdjson::dom;

constexpr size_t kMaxUpstreams = 10'000;

double NumberAt(const dom::element& element, std::string_view key) {
  double value = 0;
  return element.at_key(key).get(value) == simdjson::SUCCESS ? value : 0;
}

}  // namespace

base::StatusOr<std::vector<Upstream>> ReadUpstreams(std::string_view json) {
  constexpr std::string_view kPath = "/reverse_proxy/upstreams: ";
  dom::parser parser;
  dom::element root;
  if (const auto error = parser.parse(json.data(), json.size()).get(root)) {
    return base::DataLoss(base::Concat({kPath, "expected JSON: ", simdjson::error_message(error)}));
  }
  std::vector<Upstream> upstreams;
  if (root.is_null()) return upstreams;
  dom::array list;
  if (root.get(list) != simdjson::SUCCESS) {
    return base::DataLoss(base::Concat({kPath, "expected a list"}));
  }
  for (const dom::element& item : list) {
    std::string_view address;
    if (item.at_key("address").get(address) != simdjson::SUCCESS) {
      return base::DataLoss(base::Concat({kPath, "an upstream without an address"}));
    }
    if (upstreams.size() == kMaxUpstreams) {
      return base::ResourceExhausted(base::Concat({kPath, "too many upstreams"}));
    }
    upstreams.push_back(
        {base::RepairUtf8(address), NumberAt(item, "num_requests"), NumberAt(item, "fails")});
  }
  return upstreams;
}

}  // namespace vedette::exporters::caddy
