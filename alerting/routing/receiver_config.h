#ifndef VEDETTE_ALERTING_ROUTING_RECEIVER_CONFIG_H_
#define VEDETTE_ALERTING_ROUTING_RECEIVER_CONFIG_H_

#include <string>
#include <vector>

#include "alerting/routing/config.h"
#include "base/config/yaml.h"

namespace vedette::routing {

// Reads one item of `receivers`. Problems go to `problems`, what is left out to `warnings`.
model::Receiver ReadReceiver(const base::config::Node& node, const std::string& field,
                             const ParseOptions& options, base::config::Problems* problems,
                             std::vector<std::string>* warnings);

}  // namespace vedette::routing

#endif  // VEDETTE_ALERTING_ROUTING_RECEIVER_CONFIG_H_
