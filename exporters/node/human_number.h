#ifndef VEDETTE_EXPORTERS_NODE_HUMAN_NUMBER_H_
#define VEDETTE_EXPORTERS_NODE_HUMAN_NUMBER_H_

#include <optional>
#include <string_view>

namespace vedette::exporters::node {

// bcachefs' sizes: "2.05G" in powers of 1024, cut to a whole number.
std::optional<double> ParseBcachefsSize(std::string_view text);

// bcache's, whose "fraction" is a number between 0 and 1023 divided by a hundred: "20.4G" is 20 and
// 4/10.24. A leading minus is taken.
std::optional<double> ParseBcacheSize(std::string_view text);

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_HUMAN_NUMBER_H_
