#ifndef VEDETTE_EXPORTERS_PVE_OPTIONS_H_
#define VEDETTE_EXPORTERS_PVE_OPTIONS_H_

#include <map>
#include <string>

#include "base/secrets.h"

namespace vedette::exporters::pve {

// Everything that the flags and the PVE_* environment set. A plain value; flags.h fills it.
struct PveOptions {
  std::string config_file = "/etc/prometheus/pve.yml";

  // The one module that the environment describes. With a user it stands in place of the file.
  struct FromEnvironment {
    std::string module = "default";
    std::string user;
    base::Secret password;
    std::string token_name;
    base::Secret token_value;
    bool verify_ssl = true;
  } environment;

  // Collectors switched on or off by name; the others are on.
  std::map<std::string, bool, std::less<>> collectors;

  // Calls to one target at the same time; as many connections are kept.
  int parallel_calls = 4;
};

}  // namespace vedette::exporters::pve

#endif  // VEDETTE_EXPORTERS_PVE_OPTIONS_H_
