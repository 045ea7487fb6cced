#ifndef VEDETTE_EXPORTERS_REDIS_FLAGS_H_
#define VEDETTE_EXPORTERS_REDIS_FLAGS_H_

#include <vector>

#include "exporters/redis/options.h"
#include "exporters/runtime/flag.h"

namespace vedette::exporters::redis {

using RedisFlag = Flag<RedisOptions>;

// Every flag of redis_exporter 1.86 but those of its web server and its log (app has them), with
// the environment variables that it reads; and a few of ours.
std::vector<RedisFlag> RedisFlags();

}  // namespace vedette::exporters::redis

#endif  // VEDETTE_EXPORTERS_REDIS_FLAGS_H_
