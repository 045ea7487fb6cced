#ifndef VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_HTTP_SOURCE_H_
#define VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_HTTP_SOURCE_H_

#include <set>
#include <string>
#include <vector>

#include "base/http/configured_client.h"
#include "base/status.h"
#include "collector/scrape/discovery/source.h"

namespace vedette::scrape {

// Targets from a server (http_sd_configs): a JSON list, asked for at each look. Each group gets the
// label __meta_url.
class HttpSource final : public Source {
 public:
  HttpSource(HttpSdConfig config, base::http::ConfiguredClient::Options client)
      : config_(std::move(config)), client_(config_.http, std::move(client)) {}

  Found Look(const std::set<std::string>& written, std::stop_token stop) override;
  int64_t refresh_ms() const override { return config_.refresh_ms; }

 private:
  base::StatusOr<std::vector<TargetGroup>> Ask(std::stop_token stop) const;

  const HttpSdConfig config_;
  const base::http::ConfiguredClient client_;
  std::vector<TargetGroup> groups_;
};

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_HTTP_SOURCE_H_
