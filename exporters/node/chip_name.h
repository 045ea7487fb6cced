#ifndef VEDETTE_EXPORTERS_NODE_CHIP_NAME_H_
#define VEDETTE_EXPORTERS_NODE_CHIP_NAME_H_

#include <string>
#include <string_view>

#include "exporters/node/attribute_reader.h"

namespace vedette::exporters::node {

// Lower case, "_" for all but [a-z0-9:_], none of it at the ends: how upstream makes label values
// of what drivers call their chips and sensors.
std::string CleanName(std::string_view text);

// What a chip is called by the device it belongs to, "platform_coretemp_0": its kind and its name,
// or the name alone. Empty when the link leads nowhere.
std::string ChipName(const LinkTarget& device);

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_CHIP_NAME_H_
