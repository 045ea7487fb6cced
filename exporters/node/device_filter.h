#ifndef VEDETTE_EXPORTERS_NODE_DEVICE_FILTER_H_
#define VEDETTE_EXPORTERS_NODE_DEVICE_FILTER_H_

#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"
#include "exporters/node/options.h"

namespace re2 {
class RE2;
}

namespace vedette::exporters::node {

// Which devices, mount points or file system types to leave out. Patterns are searched, not
// anchored. Immutable, thread-safe.
class DeviceFilter {
 public:
  // `flag` is the flags' common part, "collector.netdev.device", for errors: both patterns given,
  // or one that is no regular expression.
  static base::StatusOr<DeviceFilter> Make(const Patterns& patterns, const char* default_exclude,
                                           const std::string& flag);
  // For the flags that take one pattern of devices to leave out; `flag` is its whole name.
  static base::StatusOr<DeviceFilter> MakeExclude(const std::string& pattern,
                                                  const std::string& flag);
  bool Ignores(std::string_view name) const;

 private:
  std::shared_ptr<const re2::RE2> exclude_;  // null: nothing
  std::shared_ptr<const re2::RE2> include_;  // null: everything
};

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_DEVICE_FILTER_H_
