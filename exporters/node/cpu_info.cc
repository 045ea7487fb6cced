#include "exporters/node/cpu_info.h"

#include <re2/re2.h>

#include <optional>
#include <string_view>
#include <vector>

#include "base/regex.h"
#include "base/strings.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

// What one "processor" block says. Borrows the text.
struct Processor {
  std::string_view number, vendor, family, model, model_name, microcode, stepping, cache_size;
  std::string_view package, core, mhz, flags, bugs;
};

std::string_view* FieldOf(std::string_view key, Processor* cpu) {
  if (key == "vendor_id") return &cpu->vendor;
  if (key == "cpu family") return &cpu->family;
  if (key == "model") return &cpu->model;
  if (key == "model name") return &cpu->model_name;
  if (key == "microcode") return &cpu->microcode;
  if (key == "stepping") return &cpu->stepping;
  if (key == "cache size") return &cpu->cache_size;
  if (key == "physical id") return &cpu->package;
  if (key == "core id") return &cpu->core;
  if (key == "cpu MHz") return &cpu->mhz;
  if (key == "flags") return &cpu->flags;
  if (key == "bugs") return &cpu->bugs;
  return nullptr;
}

std::vector<Processor> Parse(std::string_view text) {
  std::vector<Processor> cpus;
  LineScanner lines(text);
  std::string_view line;
  while (lines.Next(&line)) {
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view key = base::Trim(line.substr(0, colon));
    const std::string_view value = base::Trim(line.substr(colon + 1));
    if (key == "processor") {
      cpus.emplace_back().number = value;
    } else if (std::string_view* field = cpus.empty() ? nullptr : FieldOf(key, &cpus.back())) {
      *field = value;
    }
  }
  return cpus;
}

void AddMatching(std::string_view words, const std::shared_ptr<const re2::RE2>& pattern,
                 std::string_view label, FamilyRef family) {
  if (!pattern) return;
  FieldScanner scanner(words);
  std::string_view word;
  while (scanner.Next(&word)) {
    if (!re2::RE2::PartialMatch(re2::StringPiece(word.data(), word.size()), *pattern)) continue;
    family.Add(1, {{label, word}});
  }
}

base::Status Compile(const std::string& pattern, const char* flag,
                     std::shared_ptr<const re2::RE2>* out) {
  if (pattern.empty()) return base::Status();
  auto regex = base::CompileRegex(pattern);
  if (!regex.ok()) return base::Annotate(regex.status(), flag);
  *out = *std::move(regex);
  return base::Status();
}

}  // namespace

base::StatusOr<std::unique_ptr<CpuInfo>> CpuInfo::Make(const NodeOptions& options) {
  std::unique_ptr<CpuInfo> info(new CpuInfo(options.paths));
  VEDETTE_RETURN_IF_ERROR(
      Compile(options.cpu.flags_include, "--collector.cpu.info.flags-include", &info->flags_));
  VEDETTE_RETURN_IF_ERROR(
      Compile(options.cpu.bugs_include, "--collector.cpu.info.bugs-include", &info->bugs_));
  return info;
}

base::Status CpuInfo::Collect(FamilySink* sink) {
  VEDETTE_ASSIGN_OR_RETURN(const std::string_view text, file_.Read(path_));
  const std::vector<Processor> cpus = Parse(text);
  if (cpus.empty()) return Malformed(path_, "expected a processor", text);
  FamilyRef info = sink->Gauge("node_cpu_info", "CPU information from /proc/cpuinfo.");
  FamilyRef hertz =
      sink->Gauge("node_cpu_frequency_hertz", "CPU frequency in hertz from /proc/cpuinfo.");
  for (const Processor& cpu : cpus) {
    info.Add(1, {{"cachesize", cpu.cache_size},
                 {"core", cpu.core},
                 {"cpu", cpu.number},
                 {"family", cpu.family},
                 {"microcode", cpu.microcode},
                 {"model", cpu.model},
                 {"model_name", cpu.model_name},
                 {"package", cpu.package},
                 {"stepping", cpu.stepping},
                 {"vendor", cpu.vendor}});
    const double mhz = base::ParseDouble(cpu.mhz).value_or(0);
    hertz.Add(mhz * 1e6, {{"core", cpu.core}, {"cpu", cpu.number}, {"package", cpu.package}});
  }
  AddMatching(cpus[0].flags, flags_, "flag",
              sink->Gauge("node_cpu_flag_info",
                          "The `flags` field of CPU information from /proc/cpuinfo taken from the "
                          "first core."));
  AddMatching(cpus[0].bugs, bugs_, "bug",
              sink->Gauge("node_cpu_bug_info",
                          "The `bugs` field of CPU information from /proc/cpuinfo taken from the "
                          "first core."));
  return base::Status();
}

}  // namespace vedette::exporters::node
