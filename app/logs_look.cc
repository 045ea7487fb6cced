#include <CLI/CLI.hpp>
#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "app/logs_tools.h"
#include "app/tsdb_verbs.h"
#include "app/verbs.h"
#include "base/json_writer.h"
#include "base/strings.h"
#include "collector/logstore/filenames.h"
#include "collector/logstore/manifest.h"
#include "collector/logstore/part.h"

// `vedette logs stats`: what is in a store of logs and what of it is largest.

namespace vedette::app {
namespace {

constexpr int64_t kNanosPerMilli = 1'000'000;

struct LookFlags {
  std::string dir;
  std::string output = "text";
  size_t top = 20;
};

struct Amount {
  uint64_t lines = 0;
  uint64_t bytes = 0;   // of lines
  uint64_t stored = 0;  // on disk, where that is known
  void Add(const logstore::StreamSummary& stream) {
    lines += stream.entries;
    bytes += stream.bytes;
  }
};

// What the indexes of a store's parts say.
struct Census {
  std::map<int64_t, Amount> days;
  std::map<model::Labels, Amount> streams;
  std::map<std::string, std::set<std::string>> values;  // by label
  Amount all;
  uint64_t parts = 0;
  uint64_t unreadable = 0;
  uint64_t log_bytes = 0;

  void Add(const logstore::Part& part) {
    ++parts;
    all.stored += part.bytes();
    days[part.day()].stored += part.bytes();
    for (const logstore::StreamSummary& stream : part.streams()) {
      all.Add(stream);
      days[part.day()].Add(stream);
      streams[stream.stream->labels].Add(stream);
      for (const model::LabelView& label : stream.stream->labels) {
        values[std::string(label.name)].emplace(label.value);
      }
    }
  }

  std::vector<std::pair<model::Labels, Amount>> Largest(size_t top) const {
    std::vector<std::pair<model::Labels, Amount>> out(streams.begin(), streams.end());
    std::stable_sort(out.begin(), out.end(),
                     [](const auto& a, const auto& b) { return a.second.bytes > b.second.bytes; });
    if (out.size() > top) out.resize(top);
    return out;
  }
};

uint64_t BytesIn(base::FileSystem* fs, const std::string& dir) {
  uint64_t bytes = 0;
  for (const std::string& name : fs->List(dir).value_or(std::vector<std::string>())) {
    const auto info = fs->Stat(base::JoinPath(dir, name));
    if (info.ok()) bytes += info->size;
  }
  return bytes;
}

base::StatusOr<Census> Count(base::FileSystem* fs, const std::string& dir) {
  const std::string path = base::JoinPath(dir, logstore::kManifestFile);
  VEDETTE_ASSIGN_OR_RETURN(const std::string bytes, fs->ReadFile(path));
  const auto manifest = logstore::Manifest::Decode(bytes);
  if (!manifest.ok()) return base::Annotate(manifest.status(), path);
  Census census;
  logstore::StreamTable streams;
  for (const logstore::PartEntry& entry : manifest->parts) {
    const auto part =
        logstore::Part::Open(fs, base::JoinPath(dir, logstore::kPartsFolder), entry, &streams);
    if (part.ok()) {
      census.Add(**part);
    } else if (!absl::IsNotFound(part.status())) {  // else: rewritten meanwhile
      ++census.unreadable;
    }
  }
  census.log_bytes = BytesIn(fs, base::JoinPath(dir, logstore::kWalFolder));
  return census;
}

std::string DayText(int64_t day) {
  return UtcText(day * (logstore::kNanosPerDay / kNanosPerMilli)).substr(0, 10);
}

double Percent(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0 : 100 * static_cast<double>(part) / static_cast<double>(whole);
}

void PrintStatsText(const Census& census, size_t top) {
  std::printf("streams              %zu\n", census.streams.size());
  std::printf("lines                %" PRIu64 ", %s\n", census.all.lines,
              SizeText(census.all.bytes).c_str());
  std::printf("parts                %" PRIu64 ", %s, %.1f %% of the lines\n", census.parts,
              SizeText(census.all.stored).c_str(), Percent(census.all.stored, census.all.bytes));
  std::printf("log                  %s, pushes in no part yet among it\n",
              SizeText(census.log_bytes).c_str());
  std::printf("\n%-12s %12s %12s %12s %8s\n", "DAY", "LINES", "SIZE", "ON DISK", "SHARE");
  for (const auto& [day, amount] : census.days) {
    std::printf("%-12s %12" PRIu64 " %12s %12s %7.1f%%\n", DayText(day).c_str(), amount.lines,
                SizeText(amount.bytes).c_str(), SizeText(amount.stored).c_str(),
                Percent(amount.bytes, census.all.bytes));
  }
  std::printf("\n%-12s %12s %8s  %s\n", "LINES", "SIZE", "SHARE", "STREAM");
  for (const auto& [labels, amount] : census.Largest(top)) {
    std::printf("%-12" PRIu64 " %12s %7.1f%%  %s\n", amount.lines, SizeText(amount.bytes).c_str(),
                Percent(amount.bytes, census.all.bytes), labels.ToString().c_str());
  }
  std::printf("\n%-30s %8s\n", "LABEL", "VALUES");
  for (const auto& [label, values] : census.values) {
    std::printf("%-30s %8zu\n", label.c_str(), values.size());
  }
}

void WriteAmount(const Amount& amount, base::JsonWriter* json) {
  json->Key("lines").Uint(amount.lines).Key("bytes").Uint(amount.bytes);
}

void PrintStatsJson(const Census& census, size_t top) {
  std::string out;
  base::JsonWriter json(&out);
  json.BeginObject().Key("streams").Uint(census.streams.size());
  WriteAmount(census.all, &json);
  json.Key("parts").Uint(census.parts).Key("part_bytes").Uint(census.all.stored);
  json.Key("unreadable_parts").Uint(census.unreadable).Key("log_bytes").Uint(census.log_bytes);
  json.Key("days").BeginArray();
  for (const auto& [day, amount] : census.days) {
    json.BeginObject().Key("day").String(DayText(day));
    WriteAmount(amount, &json);
    json.Key("part_bytes").Uint(amount.stored).EndObject();
  }
  json.EndArray().Key("largest_streams").BeginArray();
  for (const auto& [labels, amount] : census.Largest(top)) {
    json.BeginObject().Key("stream").String(labels.ToString());
    WriteAmount(amount, &json);
    json.EndObject();
  }
  json.EndArray().Key("labels").BeginObject();
  for (const auto& [label, values] : census.values) json.Key(label).Uint(values.size());
  json.EndObject().EndObject();
  std::printf("%s\n", out.c_str());
}

int RunStats(const LookFlags& flags) {
  const auto fs = base::NewPosixFileSystem();
  const auto folder = FindLogStore(fs.get(), flags.dir);
  if (!folder.ok()) return LogsFailure("stats", folder.status());
  const auto census = Count(fs.get(), *folder);
  if (!census.ok()) return LogsFailure("stats", census.status());
  (flags.output == "json" ? PrintStatsJson : PrintStatsText)(*census, flags.top);
  if (census->unreadable == 0) return kExitOk;
  return LogsFailure(
      "stats",
      base::DataLoss(base::Concat({*folder, ": ", std::to_string(census->unreadable),
                                   " parts cannot be read; `vedette logs verify` shows each"})));
}

}  // namespace

base::StatusOr<std::string> FindLogStore(base::FileSystem* fs, const std::string& dir) {
  if (!fs->Exists(dir)) return base::InvalidArgument(dir + ": no such folder");
  // A store of metrics has a MANIFEST too: a collector's folder is looked into first.
  const std::string inner = base::JoinPath(dir, "logs");
  for (const std::string& folder : {inner, dir}) {
    const auto bytes = fs->ReadFile(base::JoinPath(folder, logstore::kManifestFile));
    if (bytes.ok() && (folder == inner || base::StartsWith(*bytes, logstore::kManifestMagic))) {
      return folder;
    }
  }
  return base::InvalidArgument(base::Concat(
      {dir, ": no log store: found neither logs/MANIFEST nor a MANIFEST of logs; allowed is the ",
       "folder of a collector (--storage.tsdb.path), its logs or a backup"}));
}

int LogsFailure(const std::string& verb, const base::Status& status) {
  std::fprintf(stderr, "vedette logs %s: %s\n", verb.c_str(),
               std::string(base::Message(status)).c_str());
  return absl::IsInvalidArgument(status) ? kExitUsage : kExitProblem;
}

void AddLogsLook(CLI::App* logs, int* exit_code) {
  const auto flags = std::make_shared<LookFlags>();
  CLI::App* stats =
      logs->add_subcommand("stats", "Lines and bytes of a store: by day, by stream, by label");
  stats->add_option("--top", flags->top, "How many streams")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  stats->add_option("DIR", flags->dir, "The collector's folder, its logs, or a backup")->required();
  AddOutputFlag(stats, &flags->output);
  stats->callback([flags, exit_code] { *exit_code = RunStats(*flags); });
}

}  // namespace vedette::app
