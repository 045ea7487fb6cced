#include "exporters/caddy/collectors.h"

namespace vedette::exporters::caddy {
namespace {

constexpr CollectorSpec kCollectors[] = {
    {"metrics", "Relay Caddy's own families", MakeMetrics},
    {"config", "Facts of Caddy's configuration and its age", MakeConfig},
    {"upstreams", "Requests and failures of reverse proxies' upstreams", MakeUpstreams},
    {"certificates", "When certificates end", MakeCertificates},
    {"access-log", "Requests, latency and sizes by host, from access logs", MakeAccessLog},
};

}  // namespace

const char* const kDefaultAccessLogs[2] = {"/var/log/caddy-access-*.log", "/var/log/caddy/*.log"};

std::span<const CollectorSpec> AllCollectors() { return kCollectors; }

}  // namespace vedette::exporters::caddy
