#ifndef VEDETTE_EXPORTERS_PVE_MODULES_H_
#define VEDETTE_EXPORTERS_PVE_MODULES_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/fs.h"
#include "base/secrets.h"
#include "base/status.h"
#include "exporters/pve/options.h"

namespace vedette::exporters::pve {

// How to log in to a target: one entry of the configuration file. A plain value.
struct Module {
  std::string user;  // "prometheus@pve"
  // A password (a ticket is bought with it) or an API token. Each may stand in a file of its own,
  // which is read when it is needed.
  base::Secret password;
  std::string password_file;
  std::string token_name;
  base::Secret token_value;
  std::string token_value_file;

  bool verify_ssl = true;
  std::string ca_file;        // empty: the system's
  uint16_t port = 8006;       // where the target names none
  int64_t timeout_ms = 5000;  // of one call
  // The targets that may be asked with these credentials; empty: any.
  std::vector<std::string> targets;

  bool uses_token() const { return !token_name.empty(); }
};
using Modules = std::map<std::string, Module, std::less<>>;

// Reads pve.yml. Every problem at once, each as "FILE:LINE:COL: FIELD: found; allowed".
base::StatusOr<Modules> LoadModules(base::FileSystem* fs, const std::string& path);

// The environment's one module where it names a user, else the file's.
base::StatusOr<Modules> ModulesOf(const PveOptions& options, base::FileSystem* fs);

}  // namespace vedette::exporters::pve

#endif  // VEDETTE_EXPORTERS_PVE_MODULES_H_
