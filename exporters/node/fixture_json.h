#ifndef VEDETTE_EXPORTERS_NODE_FIXTURE_JSON_H_
#define VEDETTE_EXPORTERS_NODE_FIXTURE_JSON_H_

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "exporters/node/source_file.h"

namespace vedette::exporters::node {

// The objects of a JSON file, which holds one of them or an array: upstream's
// --collector.*.fixtures stand in for hardware that test machines lack. Errors name the path.
base::StatusOr<std::vector<boost::json::object>> ReadFixture(const std::string& path,
                                                             SourceFile* file);

// Members, or what stands for none where they are absent or of another type.
int64_t NumberOf(const boost::json::object& object, std::string_view key);
std::string_view TextOf(const boost::json::object& object, std::string_view key);

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_FIXTURE_JSON_H_
