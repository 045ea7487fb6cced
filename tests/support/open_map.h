#ifndef VEDETTE_TESTS_SUPPORT_OPEN_MAP_H_
#define VEDETTE_TESTS_SUPPORT_OPEN_MAP_H_

#include <memory>
#include <string>

#include "base/durable_map/durable_map.h"

namespace vedette::test {

// Opens, or opens again, the state in `dir`. The test has failed if it cannot.
inline std::unique_ptr<base::DurableMap> OpenMap(base::FileSystem* fs, base::Clock* clock,
                                                 const std::string& dir) {
  base::DurableMap::Options options;
  options.dir = dir;
  options.fs = fs;
  options.clock = clock;
  auto map = base::DurableMap::Open(options);
  VEDETTE_CHECK(map.ok());
  return *std::move(map);
}

}  // namespace vedette::test

#endif  // VEDETTE_TESTS_SUPPORT_OPEN_MAP_H_
