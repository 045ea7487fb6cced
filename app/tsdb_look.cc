#include <CLI/CLI.hpp>
#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "app/progress_bar.h"
#include "app/tsdb_folder.h"
#include "app/tsdb_verbs.h"
#include "app/verbs.h"
#include "base/json_writer.h"
#include "base/strings.h"
#include "collector/tsdb/histogram_column.h"
#include "collector/tsdb/manifest.h"
#include "collector/tsdb/value_codec.h"

// `vedette tsdb stats` and `list`: what is in a store and what of it costs most.

namespace vedette::app {
namespace {

constexpr size_t kBlock = 1024;  // samples that are encoded together

struct LookFlags {
  std::string dir;
  std::string output = "text";
  size_t top = 20;
};

struct Cost {
  uint64_t series = 0;
  uint64_t samples = 0;
  uint64_t bytes = 0;  // of its values alone, encoded as in a part
  void Add(const Cost& other) {
    series += other.series;
    samples += other.samples;
    bytes += other.bytes;
  }
};
using Costs = std::vector<std::pair<std::string, Cost>>;

// The cost of one series' samples.
Cost CostOf(const model::SeriesSamples& series) {
  Cost cost{1, series.size(), 0};
  const std::span<const double> values(series.values);
  std::string encoded;
  for (size_t at = 0; at < values.size(); at += kBlock) {
    encoded.clear();
    tsdb::EncodeValues(values.subspan(at, std::min(kBlock, values.size() - at)), &encoded);
    cost.bytes += encoded.size();
  }
  for (std::span<const model::HistogramSample> left(series.histograms); !left.empty();) {
    const auto block = left.first(tsdb::HistogramsOfBlock(left));
    encoded.clear();
    tsdb::EncodeHistograms(block, &encoded);
    cost.bytes += encoded.size();
    left = left.subspan(block.size());
  }
  return cost;
}

// Gathers what each metric and each label costs.
class Tally {
 public:
  void Add(const model::SeriesSamples& series) {
    const Cost cost = CostOf(series);
    all_.Add(cost);
    metrics_[std::string(series.labels.MetricName())].Add(cost);
    for (const model::LabelView& label : series.labels) {
      if (label.name == model::kMetricName) continue;
      Label& of = labels_[std::string(label.name)];
      of.cost.Add(cost);
      ++of.values[std::string(label.value)];
    }
  }
  const Cost& all() const { return all_; }
  Costs Metrics(size_t top) const {
    Costs costs(metrics_.begin(), metrics_.end());
    return Largest(std::move(costs), top);
  }
  Costs Labels(size_t top) const {
    Costs costs;
    for (const auto& [name, label] : labels_) costs.emplace_back(name, label.cost);
    return Largest(std::move(costs), top);
  }
  size_t metrics() const { return metrics_.size(); }
  size_t ValuesOf(const std::string& label) const { return labels_.at(label).values.size(); }

 private:
  struct Label {
    Cost cost;
    base::StringMap<uint64_t> values;
  };
  static Costs Largest(Costs costs, size_t top) {
    std::stable_sort(costs.begin(), costs.end(), [](const auto& a, const auto& b) {
      return a.second.bytes != b.second.bytes ? a.second.bytes > b.second.bytes
                                              : a.second.samples > b.second.samples;
    });
    if (costs.size() > top) costs.resize(top);
    return costs;
  }

  Cost all_;
  std::map<std::string, Cost> metrics_;
  std::map<std::string, Label> labels_;
};

double PerSample(uint64_t bytes, uint64_t samples) {
  return samples == 0 ? 0 : static_cast<double>(bytes) / static_cast<double>(samples);
}

double Share(uint64_t bytes, const Cost& all) {
  return all.bytes == 0 ? 0 : 100 * static_cast<double>(bytes) / static_cast<double>(all.bytes);
}

void PrintStatsText(const tsdb::StoreStats& stats, const Tally& tally, size_t top) {
  std::printf("series               %" PRIu64 " in %zu metrics\n", tally.all().series,
              tally.metrics());
  std::printf("samples              %" PRIu64 "\n", tally.all().samples);
  std::printf("from, to             %s, %s UTC\n", UtcText(stats.min_time_ms).c_str(),
              UtcText(stats.max_time_ms).c_str());
  std::printf("parts                %" PRIu64 ", %s, %.3f bytes a sample\n", stats.parts,
              SizeText(stats.part_bytes).c_str(), PerSample(stats.part_bytes, stats.part_samples));
  std::printf("log                  %s, %" PRIu64 " samples in no part yet\n",
              SizeText(stats.wal_bytes).c_str(), stats.head_samples);
  std::printf("deletions waiting    %" PRIu64 "\n", stats.tombstones);
  std::printf("\n%-50s %10s %12s %8s %8s\n", "METRIC", "SERIES", "SAMPLES", "B/SAMPLE", "SHARE");
  for (const auto& [name, cost] : tally.Metrics(top)) {
    std::printf("%-50s %10" PRIu64 " %12" PRIu64 " %8.3f %7.1f%%\n", name.c_str(), cost.series,
                cost.samples, PerSample(cost.bytes, cost.samples), Share(cost.bytes, tally.all()));
  }
  std::printf("\n%-50s %10s %12s %8s %8s\n", "LABEL", "SERIES", "SAMPLES", "VALUES", "SHARE");
  for (const auto& [name, cost] : tally.Labels(top)) {
    std::printf("%-50s %10" PRIu64 " %12" PRIu64 " %8zu %7.1f%%\n", name.c_str(), cost.series,
                cost.samples, tally.ValuesOf(name), Share(cost.bytes, tally.all()));
  }
}

void WriteCost(const std::string& name, const Cost& cost, base::JsonWriter* json) {
  json->BeginObject().Key("name").String(name).Key("series").Uint(cost.series);
  json->Key("samples").Uint(cost.samples).Key("value_bytes").Uint(cost.bytes);
}

void PrintStatsJson(const tsdb::StoreStats& stats, const Tally& tally, size_t top) {
  std::string out;
  base::JsonWriter json(&out);
  json.BeginObject().Key("series").Uint(tally.all().series).Key("metrics").Uint(tally.metrics());
  json.Key("samples").Uint(tally.all().samples).Key("parts").Uint(stats.parts);
  json.Key("part_bytes").Uint(stats.part_bytes).Key("part_samples").Uint(stats.part_samples);
  json.Key("log_bytes").Uint(stats.wal_bytes).Key("head_samples").Uint(stats.head_samples);
  json.Key("tombstones").Uint(stats.tombstones);
  json.Key("bytes_per_sample").Double(PerSample(stats.part_bytes, stats.part_samples));
  if (tally.all().samples > 0) {
    json.Key("min_time_ms").Int(stats.min_time_ms).Key("max_time_ms").Int(stats.max_time_ms);
  }
  json.Key("by_metric").BeginArray();
  for (const auto& [name, cost] : tally.Metrics(top)) {
    WriteCost(name, cost, &json);
    json.EndObject();
  }
  json.EndArray().Key("by_label").BeginArray();
  for (const auto& [name, cost] : tally.Labels(top)) {
    WriteCost(name, cost, &json);
    json.Key("values").Uint(tally.ValuesOf(name)).EndObject();
  }
  json.EndArray().EndObject();
  std::printf("%s\n", out.c_str());
}

int RunStats(const LookFlags& flags) {
  TsdbTool tool;
  const auto store = tool.OpenToRead(flags.dir);
  if (!store.ok()) return TsdbFailure("stats", store.status());
  const tsdb::StoreStats stats = (*store)->Stats();
  const uint64_t samples = stats.part_samples + stats.head_samples;
  Tally tally;
  base::Status walked;
  {
    ProgressBar bar(tool.clock(), "stats");
    walked = (*store)->Select({}, INT64_MIN, INT64_MAX, [&](const model::SeriesSamples& series) {
      tally.Add(series);
      bar.Show(tally.all().samples, samples, series.labels.MetricName());
      return base::Status();
    });
  }
  if (!walked.ok()) return TsdbFailure("stats", walked);
  (flags.output == "json" ? PrintStatsJson : PrintStatsText)(stats, tally, flags.top);
  std::fflush(stdout);
  return FinishReading("stats", flags.dir, **store);
}

constexpr const char* kLevels[] = {"flush", "merged", "day"};

const char* LevelName(tsdb::PartLevel level) {
  const auto number = static_cast<size_t>(level);
  return number < std::size(kLevels) ? kLevels[number] : "?";
}

void PrintListText(const tsdb::Manifest& manifest) {
  std::printf("%-16s %-6s %-19s %-19s %12s %10s %8s %s\n", "PART", "LEVEL", "FROM (UTC)", "TO",
              "SAMPLES", "SIZE", "B/SAMPLE", "CREATED");
  for (const tsdb::PartMeta& part : manifest.parts) {
    std::printf("%016" PRIx64 " %-6s %-19s %-19s %12" PRIu64 " %10s %8.3f %s\n", part.id,
                LevelName(part.level), UtcText(part.min_ms).c_str(), UtcText(part.max_ms).c_str(),
                part.samples, SizeText(part.bytes).c_str(), PerSample(part.bytes, part.samples),
                UtcText(part.created_ms).c_str());
  }
  for (const uint64_t id : manifest.tombstones) {
    std::printf("%016" PRIx64 " deletion\n", id);
  }
}

void PrintListJson(const tsdb::Manifest& manifest) {
  std::string out;
  base::JsonWriter json(&out);
  json.BeginObject().Key("parts").BeginArray();
  for (const tsdb::PartMeta& part : manifest.parts) {
    json.BeginObject().Key("file").String(tsdb::PartFileName(part.id));
    json.Key("level").String(LevelName(part.level)).Key("min_time_ms").Int(part.min_ms);
    json.Key("max_time_ms").Int(part.max_ms).Key("samples").Uint(part.samples);
    json.Key("bytes").Uint(part.bytes).Key("created_ms").Int(part.created_ms).EndObject();
  }
  json.EndArray().Key("tombstones").BeginArray();
  for (const uint64_t id : manifest.tombstones) json.Uint(id);
  json.EndArray().EndObject();
  std::printf("%s\n", out.c_str());
}

int RunList(const LookFlags& flags) {
  TsdbTool tool;
  const auto folder = tool.FindStore(flags.dir);
  if (!folder.ok()) return TsdbFailure("list", folder.status());
  const std::string path = base::JoinPath(*folder, "MANIFEST");
  const auto bytes = tool.fs()->ReadFile(path);
  if (!bytes.ok()) return TsdbFailure("list", bytes.status());
  const auto manifest = tsdb::DecodeManifest(*bytes);
  if (!manifest.ok()) return TsdbFailure("list", base::Annotate(manifest.status(), path));
  (flags.output == "json" ? PrintListJson : PrintListText)(*manifest);
  return kExitOk;
}

}  // namespace

void AddTsdbLook(CLI::App* tsdb, int* exit_code) {
  const auto flags = std::make_shared<LookFlags>();
  CLI::App* stats = tsdb->add_subcommand(
      "stats", "Series, samples and bytes, and the metrics and labels that cost most");
  stats->add_option("DIR", flags->dir, "The collector's folder, or its metrics")->required();
  stats->add_option("--top", flags->top, "How many metrics and labels")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  AddOutputFlag(stats, &flags->output);
  stats->callback([flags, exit_code] { *exit_code = RunStats(*flags); });

  CLI::App* list = tsdb->add_subcommand("list", "The parts: times, level, samples, sizes");
  list->add_option("DIR", flags->dir, "The collector's folder, or its metrics")->required();
  AddOutputFlag(list, &flags->output);
  list->callback([flags, exit_code] { *exit_code = RunList(*flags); });
}

}  // namespace vedette::app
