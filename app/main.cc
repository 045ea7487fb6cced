#include <malloc.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <string_view>

#include "app/verbs.h"

namespace vedette::app {
namespace {

// CLI11 takes what follows "--flag=" for its value, which would swallow the next flag.
bool HasEmptyValue(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.size() > 3 && argument.substr(0, 2) == "--" && argument.back() == '=') {
      std::fprintf(stderr, "vedette: %s: a value is missing; leave the flag out for its default\n",
                   argv[i]);
      return true;
    }
  }
  return false;
}

int Main(int argc, char** argv) {
  if (HasEmptyValue(argc, argv)) return kExitUsage;
  int exit_code = kExitOk;
  CLI::App root("Vedette watches a small cluster of servers.", "vedette");
  root.require_subcommand(1);
  AddAgent(&root, &exit_code);
  AddCollector(&root, &exit_code);
  AddExporter(&root, &exit_code);
  AddShip(&root, &exit_code);
  AddCheck(&root, &exit_code);
  AddVersion(&root, &exit_code);
  try {
    root.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // CLI11 answers --help with 0 and each kind of misuse with a number of its own.
    return root.exit(error) == 0 ? kExitOk : kExitUsage;
  }
  return exit_code;
}

}  // namespace
}  // namespace vedette::app

int main(int argc, char** argv) {
  // One arena: with the default of eight a core, idle threads hold on to megabytes each.
  mallopt(M_ARENA_MAX, 1);
  try {
    return vedette::app::Main(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "vedette: %s\n", error.what());
    return vedette::app::kExitProblem;
  }
}
