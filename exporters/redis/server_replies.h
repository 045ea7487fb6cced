#ifndef VEDETTE_EXPORTERS_REDIS_SERVER_REPLIES_H_
#define VEDETTE_EXPORTERS_REDIS_SERVER_REPLIES_H_

#include <cstdint>
#include <string_view>

#include "exporters/redis/metric_set.h"
#include "exporters/redis/reply.h"

// Replies to small questions about the whole server as metrics. An error reply adds nothing.
namespace vedette::exporters::redis {

// LATENCY LATEST.
void AddLatencySpikes(const Reply& reply, MetricSet* metrics);

// SLOWLOG LEN and SLOWLOG GET 1.
void AddSlowLog(const Reply& length, const Reply& newest, MetricSet* metrics);

// CLIENT LIST.
void AddClients(const Reply& reply, bool with_ports, int64_t now_s, MetricSet* metrics);

// INFO MODULES.
void AddModules(std::string_view text, MetricSet* metrics);

// Tile38's SERVER EXT.
void AddTile38(const Reply& reply, MetricSet* metrics);

}  // namespace vedette::exporters::redis

#endif  // VEDETTE_EXPORTERS_REDIS_SERVER_REPLIES_H_
