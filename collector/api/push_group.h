#ifndef VEDETTE_COLLECTOR_API_PUSH_GROUP_H_
#define VEDETTE_COLLECTOR_API_PUSH_GROUP_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace vedette::api {

// Labels that a push's path gives to all of its samples.
using PushGroup = std::vector<std::pair<std::string, std::string>>;

// Reads the path of a push as Pushgateway has it: /metrics/job/NAME{/LABEL/VALUE}, each part
// percent-encoded, or in base64url where its name ends in @base64 ("=" for an empty value).
// NotFound for another path, InvalidArgument for what is no label.
base::StatusOr<PushGroup> ParsePushPath(std::string_view path);

}  // namespace vedette::api

#endif  // VEDETTE_COLLECTOR_API_PUSH_GROUP_H_
