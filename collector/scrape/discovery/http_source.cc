#include "collector/scrape/discovery/http_source.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/http/url.h"
#include "base/number_text.h"
#include "base/strings.h"
#include "collector/scrape/discovery/group_list.h"

namespace vedette::scrape {
namespace {

constexpr int64_t kMostMs = 60'000;

// "application/json", with charset utf-8 or none.
bool IsJsonType(std::string_view content_type) {
  const std::string type = base::ToLowerAscii(content_type);
  const size_t semicolon = type.find(';');
  if (base::Trim(std::string_view(type).substr(0, semicolon)) != "application/json") return false;
  if (semicolon == std::string::npos) return true;
  const std::string_view parameter = base::Trim(std::string_view(type).substr(semicolon + 1));
  return parameter == "charset=utf-8" || parameter == "charset=\"utf-8\"";
}

}  // namespace

Found HttpSource::Look(const std::set<std::string>& /*written*/, std::stop_token stop) {
  Found found;
  auto groups = Ask(std::move(stop));
  if (groups.ok()) {
    groups_ = *std::move(groups);
  } else {
    found.problems.emplace_back(base::Message(groups.status()));
  }
  found.groups = groups_;
  return found;
}

base::StatusOr<std::vector<TargetGroup>> HttpSource::Ask(std::stop_token stop) const {
  base::http::ClientRequest request;
  request.url = config_.url;
  request.timeout = std::chrono::milliseconds(std::min(config_.refresh_ms, kMostMs));
  request.stop = std::move(stop);
  request.headers.Set("Accept", "application/json");
  request.headers.Set("User-Agent", "Vedette");
  std::string seconds;
  base::AppendFloatF(static_cast<double>(config_.refresh_ms) / 1000, &seconds);
  request.headers.Set("X-Prometheus-Refresh-Interval-Seconds", seconds);
  VEDETTE_ASSIGN_OR_RETURN(const base::http::Response response, client_.Send(std::move(request)));
  // The URL may hold a secret; its origin does not.
  const std::string origin = base::http::OriginOf(config_.url);
  if (response.status != 200) {
    return base::Unavailable(
        base::Concat({origin, ": server returned HTTP status ", std::to_string(response.status)}));
  }
  const std::string_view type = response.headers.Get("Content-Type");
  if (!IsJsonType(base::Trim(type))) {
    return base::InvalidArgument(
        base::Concat({origin, ": unsupported content type ", base::GoQuote(type),
                      "; allowed: application/json"}));
  }
  VEDETTE_ASSIGN_OR_RETURN(std::vector<TargetGroup> groups, ReadGroupsJson(response.body, origin));
  for (TargetGroup& group : groups) group.labels.emplace_back("__meta_url", config_.url);
  return groups;
}

}  // namespace vedette::scrape
