#include "exporters/pve/flags.h"

#include "base/strings.h"
#include "exporters/pve/collectors.h"

namespace vedette::exporters::pve {
namespace {

void AddFromEnvironment(PveFlag flag, std::string env, std::vector<PveFlag>* flags) {
  flag.env = std::move(env);
  flag.is_hidden = true;
  flags->push_back(std::move(flag));
}

template <typename Field>
PveFlag SecretFlag(std::string name, std::string help, Field field) {
  PveFlag flag;
  flag.name = std::move(name);
  flag.help = std::move(help);
  flag.set = [field](PveOptions* options, std::string_view value) {
    field(options) = base::Secret(std::string(value));
    return base::Status();
  };
  return flag;
}

// Upstream takes "false" and "0" in any case for no and everything else for yes.
PveFlag VerifyFlag() {
  PveFlag flag;
  flag.name = "pve.verify-ssl";
  flag.help = "Whether the target's certificate is checked";
  flag.default_value = "true";
  flag.set = [](PveOptions* options, std::string_view value) {
    const std::string lower = base::ToLowerAscii(value);
    options->environment.verify_ssl = lower != "false" && lower != "0";
    return base::Status();
  };
  return flag;
}

void AddEnvironment(std::vector<PveFlag>* flags) {
  AddFromEnvironment(TextFlag<PveOptions>(
                         "pve.module", "Name of the module that the environment describes",
                         "default", [](PveOptions * o) -> auto& { return o->environment.module; }),
                     "PVE_MODULE", flags);
  AddFromEnvironment(TextFlag<PveOptions>(
                         "pve.user", "User and realm, as prometheus@pve; no file is read then", "",
                         [](PveOptions * o) -> auto& { return o->environment.user; }),
                     "PVE_USER", flags);
  AddFromEnvironment(SecretFlag(
                         "pve.password", "Password; give it by environment, where no ps shows it",
                         [](PveOptions * o) -> auto& { return o->environment.password; }),
                     "PVE_PASSWORD", flags);
  AddFromEnvironment(TextFlag<PveOptions>(
                         "pve.token-name", "Name of the API token", "",
                         [](PveOptions * o) -> auto& { return o->environment.token_name; }),
                     "PVE_TOKEN_NAME", flags);
  AddFromEnvironment(
      SecretFlag(
          "pve.token-value", "API token; give it by environment, where no ps shows it",
          [](PveOptions * o) -> auto& { return o->environment.token_value; }),
      "PVE_TOKEN_VALUE", flags);
  AddFromEnvironment(VerifyFlag(), "PVE_VERIFY_SSL", flags);
}

}  // namespace

std::vector<PveFlag> PveFlags() {
  std::vector<PveFlag> flags;
  flags.push_back(TextFlag<PveOptions>(
      "config.file", "File of modules: how to log in to which target", PveOptions().config_file,
      [](PveOptions * o) -> auto& { return o->config_file; }));
  flags.push_back(CountFlag<PveOptions>(
      "pve.parallel-calls", "Calls to one target at the same time", PveOptions().parallel_calls, 1,
      32, [](PveOptions * o) -> auto& { return o->parallel_calls; }));
  AddEnvironment(&flags);
  for (const CollectorSpec& spec : AllCollectors()) {
    const std::string name = spec.name;
    flags.push_back(SwitchFlag<PveOptions>(
        "collector." + name, spec.help,
        true, [name](PveOptions * o) -> auto& { return o->collectors[name]; }));
  }
  return flags;
}

}  // namespace vedette::exporters::pve
