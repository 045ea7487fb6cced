#include <CLI/CLI.hpp>
#include <cstdio>
#include <ctime>
#include <limits>

#include "app/tsdb_verbs.h"
#include "app/verbs.h"

namespace vedette::app {

void AddOutputFlag(CLI::App* verb, std::string* output) {
  verb->add_option("-o,--output", *output, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
}

std::string UtcText(int64_t time_ms) {
  if (time_ms == std::numeric_limits<int64_t>::max() ||
      time_ms == std::numeric_limits<int64_t>::min()) {
    return "-";
  }
  const std::time_t seconds = static_cast<std::time_t>(time_ms / 1000);
  std::tm utc{};
  if (gmtime_r(&seconds, &utc) == nullptr) return "-";
  char text[64];
  std::strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &utc);
  return text;
}

std::string SizeText(uint64_t bytes) {
  constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  auto number = static_cast<double>(bytes);
  size_t unit = 0;
  for (; number >= 1024 && unit + 1 < std::size(kUnits); ++unit) number /= 1024;
  char text[32];
  std::snprintf(text, sizeof(text), unit == 0 ? "%.0f %s" : "%.1f %s", number, kUnits[unit]);
  return text;
}

void AddTsdb(CLI::App* root, int* exit_code) {
  CLI::App* verb = root->add_subcommand(
      "tsdb", "Look into a store of metrics, check it, copy it, import Prometheus' data");
  verb->require_subcommand(1);
  AddTsdbLook(verb, exit_code);
  AddTsdbDump(verb, exit_code);
  AddTsdbVerify(verb, exit_code);
  AddTsdbCopy(verb, exit_code);
  AddTsdbImport(verb, exit_code);
}

}  // namespace vedette::app
