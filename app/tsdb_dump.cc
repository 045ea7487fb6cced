#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <utility>
#include <vector>

#include "app/histogram_json.h"
#include "app/progress_bar.h"
#include "app/tsdb_folder.h"
#include "app/tsdb_verbs.h"
#include "app/verbs.h"
#include "base/json_writer.h"
#include "base/number_text.h"
#include "base/strings.h"
#include "collector/api/prometheus_params.h"
#include "collector/promql/parser.h"

// `vedette tsdb dump`: the samples themselves, as text exposition or as lines of JSON. The text has
// no word for native histograms: they stand in it as JSON.

namespace vedette::app {
namespace {

struct DumpFlags {
  std::string dir;
  std::vector<std::string> match;
  std::string min_time;
  std::string max_time;
  std::string output = "text";
};

struct Request {
  std::vector<std::vector<model::Matcher>> selectors;
  int64_t min_ms = INT64_MIN;
  int64_t max_ms = INT64_MAX;
};

base::StatusOr<Request> ReadFlags(const DumpFlags& flags) {
  Request request;
  for (const std::string& text : flags.match) {
    auto matchers = promql::ParseMetricSelector(text);
    if (!matchers.ok()) return base::Annotate(matchers.status(), "--match");
    request.selectors.push_back(*std::move(matchers));
  }
  if (request.selectors.empty()) request.selectors.emplace_back();
  for (const auto& [name, text, time] :
       {std::tuple("--min-time", &flags.min_time, &request.min_ms),
        std::tuple("--max-time", &flags.max_time, &request.max_ms)}) {
    if (text->empty()) continue;
    const auto parsed = api::ParseTimeMs(*text);
    if (!parsed.ok()) return base::Annotate(parsed.status(), name);
    *time = *parsed;
  }
  if (request.min_ms > request.max_ms) {
    return base::InvalidArgument(base::Concat(
        {"--min-time ", flags.min_time, " is later than --max-time ", flags.max_time}));
  }
  return request;
}

void AppendLabelValue(std::string_view value, std::string* out) {
  out->push_back('"');
  for (const char c : value) {
    if (c == '\\' || c == '"') out->push_back('\\');
    if (c == '\n') {
      *out += "\\n";
    } else {
      out->push_back(c);
    }
  }
  out->push_back('"');
}

// `name{a="b"} `; a name beyond the classic characters stands quoted inside the braces.
std::string ExpositionName(const model::Labels& labels) {
  const std::string_view metric = labels.MetricName();
  const bool classic = model::IsLegacyMetricName(metric);
  std::string out(classic ? metric : std::string_view());
  std::string inside;
  if (!classic && !metric.empty()) AppendLabelValue(metric, &inside);
  for (const model::LabelView& label : labels) {
    if (label.name == model::kMetricName) continue;
    if (!inside.empty()) inside.push_back(',');
    if (model::IsLegacyLabelName(label.name)) {
      inside += label.name;
    } else {
      AppendLabelValue(label.name, &inside);
    }
    inside.push_back('=');
    AppendLabelValue(label.value, &inside);
  }
  if (!inside.empty()) out += base::Concat({"{", inside, "}"});
  out.push_back(' ');
  return out;
}

void PrintSeriesText(const model::SeriesSamples& series) {
  const std::string name = ExpositionName(series.labels);
  std::string line;
  for (size_t i = 0; i < series.values.size(); ++i) {
    line = name;
    base::AppendFloatG(series.values[i], &line);
    line += base::Concat({" ", std::to_string(series.timestamps_ms[i]), "\n"});
    std::fwrite(line.data(), 1, line.size(), stdout);
  }
  for (const model::HistogramSample& sample : series.histograms) {
    line = name;
    base::JsonWriter json(&line);
    WriteHistogramJson(*sample.histogram, &json);
    line += base::Concat({" ", std::to_string(sample.time_ms), "\n"});
    std::fwrite(line.data(), 1, line.size(), stdout);
  }
}

// Only where there are any.
void WriteStarts(const model::SeriesSamples& series, base::JsonWriter* json) {
  if (series.starts_ms.empty()) return;
  json->Key("start_timestamps").BeginArray();
  for (const int64_t start_ms : series.starts_ms) json->Int(start_ms);
  json->EndArray();
}

void WriteHistograms(const std::vector<model::HistogramSample>& samples, base::JsonWriter* json) {
  if (samples.empty()) return;
  json->Key("histograms").BeginArray();
  for (const model::HistogramSample& sample : samples) {
    json->BeginObject().Key("timestamp").Int(sample.time_ms);
    if (sample.start_ms != 0) json->Key("start_timestamp").Int(sample.start_ms);
    json->Key("histogram");
    WriteHistogramJson(*sample.histogram, json);
    json->EndObject();
  }
  json->EndArray();
}

void PrintSeriesJson(const model::SeriesSamples& series) {
  std::string line;
  base::JsonWriter json(&line);
  json.BeginObject().Key("metric").BeginObject();
  for (const model::LabelView& label : series.labels) json.Key(label.name).String(label.value);
  json.EndObject().Key("values").BeginArray();
  for (const double value : series.values) WriteJsonNumber(value, &json);
  json.EndArray().Key("timestamps").BeginArray();
  for (const int64_t time_ms : series.timestamps_ms) json.Int(time_ms);
  json.EndArray();
  WriteStarts(series, &json);
  WriteHistograms(series.histograms, &json);
  json.EndObject();
  line.push_back('\n');
  std::fwrite(line.data(), 1, line.size(), stdout);
}

// By an earlier selector than the k-th.
bool IsPrinted(const Request& request, size_t k, const model::Labels& labels) {
  return std::any_of(
      request.selectors.begin(), request.selectors.begin() + static_cast<ptrdiff_t>(k),
      [&labels](const auto& matchers) { return model::MatchesAll(matchers, labels); });
}

int RunDump(const DumpFlags& flags) {
  const auto request = ReadFlags(flags);
  if (!request.ok()) return TsdbFailure("dump", request.status());
  TsdbTool tool;
  const auto store = tool.OpenToRead(flags.dir);
  if (!store.ok()) return TsdbFailure("dump", store.status());
  const tsdb::StoreStats stats = (*store)->Stats();
  const uint64_t all = stats.part_samples + stats.head_samples;
  const auto print = flags.output == "json" ? PrintSeriesJson : PrintSeriesText;
  ProgressBar bar(tool.clock(), "dump");
  uint64_t samples = 0;
  for (size_t k = 0; k < request->selectors.size(); ++k) {
    const base::Status status = (*store)->Select(
        request->selectors[k], request->min_ms, request->max_ms,
        [&](const model::SeriesSamples& series) {
          if (!IsPrinted(*request, k, series.labels)) print(series);
          samples += series.size();
          bar.Show(samples, all, series.labels.MetricName());
          // The reader went away: what is left has no taker.
          return std::ferror(stdout) == 0 ? base::Status() : base::Unavailable("cannot write");
        });
    if (!status.ok()) return TsdbFailure("dump", status);
  }
  if (std::fflush(stdout) != 0) return TsdbFailure("dump", base::Unavailable("cannot write"));
  return FinishReading("dump", flags.dir, **store);
}

}  // namespace

void AddTsdbDump(CLI::App* tsdb, int* exit_code) {
  const auto flags = std::make_shared<DumpFlags>();
  CLI::App* dump = tsdb->add_subcommand(
      "dump", "The samples: text exposition with timestamps, or a line of JSON a series");
  dump->add_option("DIR", flags->dir, "The collector's folder, or its metrics")->required();
  dump->add_option("--match", flags->match, "Series selector, repeatable; without one: all");
  dump->add_option("--min-time", flags->min_time,
                   "From then on: seconds since the epoch or RFC 3339");
  dump->add_option("--max-time", flags->max_time, "Up to then, included");
  AddOutputFlag(dump, &flags->output);
  dump->callback([flags, exit_code] { *exit_code = RunDump(*flags); });
}

}  // namespace vedette::app
