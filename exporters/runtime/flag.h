#ifndef VEDETTE_EXPORTERS_RUNTIME_FLAG_H_
#define VEDETTE_EXPORTERS_RUNTIME_FLAG_H_

#include <functional>
#include <string>
#include <string_view>

#include "base/status.h"

namespace vedette::exporters {

// One command-line flag of an exporter, for app to register: the exporter says what it takes, app
// reads the command line. A plain value.
template <typename Options>
struct Flag {
  std::string name;  // "collector.cpu.info", without dashes
  std::string help;
  std::string default_value;  // "true" or "false" for a switch
  bool is_switch = false;     // --NAME and --no-NAME, given to `set` as "true" and "false"
  bool is_hidden = false;     // upstream does not list it in --help
  // Fails with InvalidArgument saying what was found and what is allowed.
  std::function<base::Status(Options*, std::string_view value)> set;
};

}  // namespace vedette::exporters

#endif  // VEDETTE_EXPORTERS_RUNTIME_FLAG_H_
