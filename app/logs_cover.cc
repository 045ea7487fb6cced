#include "app/logs_cover.h"

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <utility>

#include "base/strings.h"

namespace vedette::app {
namespace {

constexpr std::chrono::minutes kSeriesTimeout{2};
constexpr uint64_t kMaxSeriesBytes = 256ull << 20;

base::StatusOr<std::vector<LogLabels>> ParseStreams(std::string_view body) {
  std::vector<LogLabels> streams;
  try {
    const boost::json::value root = boost::json::parse({body.data(), body.size()});
    const boost::json::value& data = root.at("data");
    if (data.is_null()) return streams;
    for (const boost::json::value& labels : data.as_array()) {
      LogLabels& stream = streams.emplace_back();
      for (const auto& [name, value] : labels.as_object()) {
        stream[std::string(name)] = std::string(value.as_string());
      }
    }
  } catch (const std::exception&) {
    return base::Unavailable("the server answered, but not as Loki's API does");
  }
  return streams;
}

std::string MostUsedLabel(const std::vector<const LogLabels*>& streams) {
  std::map<std::string, size_t> uses;
  for (const LogLabels* stream : streams) {
    for (const auto& [name, value] : *stream) uses[name] += value.empty() ? 0 : 1;
  }
  std::string most;
  for (const auto& [name, count] : uses) {
    if (count > (most.empty() ? 0 : uses[most])) most = name;
  }
  return most;
}

bool HasLabel(const LogLabels& stream, const std::string& name) {
  const auto found = stream.find(name);
  return found != stream.end() && !found->second.empty();
}

}  // namespace

base::StatusOr<std::vector<LogLabels>> FetchStreams(const base::http::ConfiguredClient* client,
                                                    const std::string& base_url, int64_t start_ns,
                                                    int64_t end_ns) {
  base::http::ClientRequest request;
  request.url = base::Concat({base_url, "/loki/api/v1/series?start=", std::to_string(start_ns),
                              "&end=", std::to_string(end_ns)});
  request.timeout = kSeriesTimeout;
  request.max_response_bytes = kMaxSeriesBytes;
  const auto response = client->Send(std::move(request));
  if (!response.ok()) return base::Unavailable(base::Message(response.status()));
  if (response->status != 200) {
    return base::Unavailable(base::Concat(
        {"the server answered ", std::to_string(response->status),
         " when asked for its streams: ", base::Trim(response->body).substr(0, 1000)}));
  }
  return ParseStreams(response->body);
}

std::vector<std::string> CoveringSelectors(const std::vector<LogLabels>& streams) {
  std::vector<const LogLabels*> left;
  for (const LogLabels& stream : streams) left.push_back(&stream);
  std::vector<std::string> selectors;
  std::string without;
  for (std::string label = MostUsedLabel(left); !label.empty(); label = MostUsedLabel(left)) {
    selectors.push_back(base::Concat({"{", label, "=~\".+\"", without, "}"}));
    without += base::Concat({",", label, "=\"\""});
    std::erase_if(left, [&label](const LogLabels* stream) { return HasLabel(*stream, label); });
  }
  return selectors;
}

}  // namespace vedette::app
