#include "exporters/pve/modules.h"

#include "base/config/yaml.h"
#include "base/strings.h"

namespace vedette::exporters::pve {
namespace {

using base::config::MapReader;
using base::config::Node;
using base::config::Problems;

constexpr char kLoginRule[] =
    "needs user with password or password_file, or with token_name and token_value or "
    "token_value_file";

bool HasPassword(const Module& m) { return !m.password.empty() || !m.password_file.empty(); }
bool HasTokenValue(const Module& m) {
  return !m.token_value.empty() || !m.token_value_file.empty();
}

// Exactly one way to log in.
bool IsComplete(const Module& m) {
  if (m.user.empty()) return false;
  if (HasPassword(m)) return m.token_name.empty() && !HasTokenValue(m);
  return !m.token_name.empty() && HasTokenValue(m);
}

void ReadSecret(MapReader* map, std::string_view key, base::Secret* out) {
  std::string text;
  if (map->String(key, &text)) *out = base::Secret(std::move(text));
}

Module ReadModule(const Node& node, const std::string& name, Problems* problems) {
  Module module;
  MapReader map(node, name, problems);
  map.String("user", &module.user);
  ReadSecret(&map, "password", &module.password);
  map.String("password_file", &module.password_file);
  map.String("token_name", &module.token_name);
  ReadSecret(&map, "token_value", &module.token_value);
  map.String("token_value_file", &module.token_value_file);
  map.Bool("verify_ssl", &module.verify_ssl);
  map.String("ca_file", &module.ca_file);
  int64_t port = module.port;
  map.Int("port", 1, 65535, &port);
  module.port = static_cast<uint16_t>(port);
  int64_t timeout = module.timeout_ms / 1000;
  map.Int("timeout", 1, 120, &timeout);
  module.timeout_ms = timeout * 1000;
  map.StringList("targets", &module.targets);
  for (const std::string_view key :
       {"backend", "service", "otp", "otptype", "cert", "path_prefix"}) {
    map.Refuse(key, "is not supported: the API is asked over HTTPS, without a second factor");
  }
  map.Finish();
  if (!IsComplete(module)) problems->Add(node, name, kLoginRule);
  return module;
}

}  // namespace

base::StatusOr<Modules> LoadModules(base::FileSystem* fs, const std::string& path) {
  VEDETTE_ASSIGN_OR_RETURN(const std::string text, fs->ReadFile(path));
  VEDETTE_ASSIGN_OR_RETURN(const Node root, base::config::ParseYaml(text, path));
  Problems problems(path);
  if (root.kind != Node::Kind::kMap || root.entries.empty()) {
    problems.Add(root, "modules", "found none; allowed is a map of module names to logins");
  }
  Modules modules;
  for (const auto& [name, node] : root.entries) {
    if (node.kind != Node::Kind::kMap) {
      problems.Add(node, name, kLoginRule);
      continue;
    }
    modules[name] = ReadModule(node, name, &problems);
  }
  VEDETTE_RETURN_IF_ERROR(problems.ToStatus());
  return modules;
}

base::StatusOr<Modules> ModulesOf(const PveOptions& options, base::FileSystem* fs) {
  const PveOptions::FromEnvironment& environment = options.environment;
  if (environment.user.empty()) return LoadModules(fs, options.config_file);
  Module module;
  module.user = environment.user;
  module.password = environment.password;
  module.token_name = environment.token_name;
  module.token_value = environment.token_value;
  module.verify_ssl = environment.verify_ssl;
  // Upstream prefers the token where both are given.
  if (module.uses_token() && HasTokenValue(module)) module.password = base::Secret();
  if (!IsComplete(module)) {
    return base::InvalidArgument(
        "PVE_USER needs PVE_PASSWORD, or PVE_TOKEN_NAME and PVE_TOKEN_VALUE");
  }
  return Modules{{environment.module, std::move(module)}};
}

}  // namespace vedette::exporters::pve
