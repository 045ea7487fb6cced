#ifndef VEDETTE_EXPORTERS_POSTGRES_AUTH_MODULES_H_
#define VEDETTE_EXPORTERS_POSTGRES_AUTH_MODULES_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fs.h"
#include "base/secrets.h"
#include "base/status.h"
#include "base/strings.h"
#include "exporters/postgres/data_source.h"

namespace vedette::exporters::postgres {

// How /probe signs in at a target; the request names it by auth_module. A plain value.
struct AuthModule {
  std::string username;
  base::Secret password;
  std::vector<std::pair<std::string, std::string>> options;  // further keywords of the connection

  // Puts them into `source`, over what the target itself says.
  void ApplyTo(DataSource* source) const;
};

// The file that --config.file names: auth_modules.NAME with type "userpass", userpass.{username,
// password or password_file} and options. Errors give file, line and column, no secret.
base::StatusOr<base::StringMap<AuthModule>> ReadAuthModules(base::FileSystem* fs,
                                                            const std::string& file);

}  // namespace vedette::exporters::postgres

#endif  // VEDETTE_EXPORTERS_POSTGRES_AUTH_MODULES_H_
