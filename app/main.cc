#include <malloc.h>

#include <CLI/CLI.hpp>
#include <cctype>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

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

// redis_exporter and process-exporter write their flags with one dash, which CLI11 reads as a row
// of letters: `vedette exporter redis -redis.addr=...` gets the second one.
std::vector<std::string> WithTwoDashes(int argc, char** argv) {
  std::vector<std::string> arguments(argv, argv + argc);
  const bool is_go = argc > 2 && arguments[1] == "exporter" &&
                     (arguments[2] == "redis" || arguments[2] == "process");
  for (size_t i = 3; is_go && i < arguments.size(); ++i) {
    std::string& argument = arguments[i];
    const bool is_flag = argument.size() > 2 && argument[0] == '-' && argument[1] != '-';
    if (is_flag && std::isalpha(static_cast<unsigned char>(argument[1])) != 0) {
      argument.insert(0, "-");
    }
  }
  return arguments;
}

// What an exporter allocates for a page it frees at its end, and takes again for the next one. The
// heap gives no more than what is beyond these bytes back to the kernel in between: having it back
// cost 70 page faults a scrape, a quarter of the scrape's time. Larger blocks are the kernel's own.
void KeepHeapBetweenScrapes() {
  constexpr int kKeptBytes = 2 << 20;
  mallopt(M_TRIM_THRESHOLD, kKeptBytes);
  mallopt(M_MMAP_THRESHOLD, kKeptBytes / 2);
}

int Main(int argc, char** argv) {
  if (HasEmptyValue(argc, argv)) return kExitUsage;
  int exit_code = kExitOk;
  CLI::App root("Vedette watches a small cluster of servers.", "vedette");
  root.require_subcommand(1);
  AddAgent(&root, &exit_code);
  AddCollector(&root, &exit_code);
  AddExporter(&root, &exit_code);
  AddDoctor(&root, &exit_code);
  AddShip(&root, &exit_code);
  AddCheck(&root, &exit_code);
  AddTest(&root, &exit_code);
  AddLogs(&root, &exit_code);
  AddQuery(&root, &exit_code);
  AddAgents(&root, &exit_code);
  AddTsdb(&root, &exit_code);
  AddVersion(&root, &exit_code);
  try {
    std::vector<std::string> arguments = WithTwoDashes(argc, argv);
    if (argc > 1 && (arguments[1] == "agent" || arguments[1] == "exporter")) {
      KeepHeapBetweenScrapes();
    }
    // CLI11 takes them last first, without the program's name.
    root.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend() - 1));
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
