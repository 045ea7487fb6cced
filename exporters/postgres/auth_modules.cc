#include "exporters/postgres/auth_modules.h"

#include "base/config/yaml.h"

namespace vedette::exporters::postgres {
namespace {

using base::config::MapReader;
using base::config::Node;
using base::config::Problems;

void ReadUserPass(base::FileSystem* fs, const Node& node, const std::string& field,
                  Problems* problems, AuthModule* module) {
  if (node.kind != Node::Kind::kMap) {  // what stands there may be the password: it is not shown
    problems->Add(node, field, "want a map of username and password");
    return;
  }
  MapReader map(node, field, problems);
  std::string password;
  std::string password_file;
  map.String("username", &module->username);
  map.Require("username");
  map.String("password", &password);
  if (map.String("password_file", &password_file)) {
    auto secret = base::ReadSecretFile(fs, password_file);
    if (secret.ok()) {
      password = secret->Reveal();
    } else {
      problems->Add(node, field + ".password_file", base::Message(secret.status()));
    }
  }
  module->password = base::Secret(std::move(password));
  map.Finish();
}

AuthModule ReadModule(base::FileSystem* fs, const Node& node, const std::string& field,
                      Problems* problems) {
  AuthModule module;
  MapReader map(node, field, problems);
  std::string type;
  map.String("type", &type);
  if (type != "userpass") {
    problems->Add(node, field + ".type",
                  base::Concat({"found ", base::GoQuote(type), "; allowed is userpass"}));
  }
  map.Child("userpass", [&](const Node& child, const std::string& name) {
    ReadUserPass(fs, child, name, problems, &module);
  });
  map.Require("userpass");
  map.StringMap("options", &module.options);
  map.Finish();
  return module;
}

}  // namespace

void AuthModule::ApplyTo(DataSource* source) const {
  if (!username.empty()) source->Set("user", username);
  if (!password.empty()) source->Set("password", password.Reveal());
  for (const auto& [keyword, value] : options) source->SetAny(keyword, value);
}

base::StatusOr<base::StringMap<AuthModule>> ReadAuthModules(base::FileSystem* fs,
                                                            const std::string& file) {
  VEDETTE_ASSIGN_OR_RETURN(const std::string text, fs->ReadFile(file));
  VEDETTE_ASSIGN_OR_RETURN(const Node root, base::config::ParseYaml(text, file));
  Problems problems(file);
  base::StringMap<AuthModule> modules;
  if (root.kind != Node::Kind::kNull) {
    MapReader map(root, "", &problems);
    map.Child("auth_modules", [&](const Node& node, const std::string& field) {
      if (node.kind != Node::Kind::kMap) {
        problems.Add(node, field, "want a map of names to modules");
        return;
      }
      for (const auto& [name, child] : node.entries) {
        modules[name] = ReadModule(fs, child, base::Concat({field, ".", name}), &problems);
      }
    });
    map.Finish();
  }
  VEDETTE_RETURN_IF_ERROR(problems.ToStatus());
  return modules;
}

}  // namespace vedette::exporters::postgres
