#include "tests/exporters/postgres/page.h"

#include "base/strings.h"

namespace vedette::exporters::postgres {
namespace {

using base::Concat;

// The names within "a="x",b="y"", sorted.
std::string LabelNames(std::string_view labels) {
  std::set<std::string> names;
  size_t at = 0;
  while (at < labels.size()) {
    const size_t equals = labels.find('=', at);
    if (equals == std::string_view::npos) break;
    names.emplace(labels.substr(at, equals - at));
    size_t end = equals + 2;
    while (end < labels.size() && labels[end] != '"') end += labels[end] == '\\' ? 2 : 1;
    at = end + 2;  // the quote and the comma
  }
  return base::Join({names.begin(), names.end()}, ",");
}

// Where the series ends and its value begins: label values may hold blanks and braces.
size_t SeriesEnd(std::string_view line) {
  const size_t brace = line.find('{');
  const size_t blank = line.find(' ');
  if (brace == std::string_view::npos || blank < brace) return blank;
  size_t at = brace + 1;
  for (bool quoted = false; at < line.size(); ++at) {
    if (line[at] == '\\') {
      ++at;
    } else if (line[at] == '"') {
      quoted = !quoted;
    } else if (line[at] == '}' && !quoted) {
      break;
    }
  }
  return at + 1;
}

// The family of a series: "x_bucket" belongs to the histogram x.
std::string FamilyOf(std::string_view series, const std::map<std::string, FamilyShape>& known) {
  const std::string_view name = series.substr(0, series.find('{'));
  for (const char* const suffix : {"", "_bucket", "_sum", "_count"}) {
    if (!base::EndsWith(name, suffix)) continue;
    const std::string stem(name.substr(0, name.size() - std::string_view(suffix).size()));
    if (known.count(stem) > 0) return stem;
  }
  return std::string(name);
}

}  // namespace

PageMaker::PageMaker(PostgresOptions options) {
  Environment environment;
  environment.fs = fs.get();
  environment.clock = &clock;
  environment.logger = &logger;
  environment.exporter_metrics = false;
  auto made = PostgresExporter::Make(std::move(options), environment);
  if (made.ok()) {
    exporter = *std::move(made);
  } else {
    error = base::Message(made.status());
  }
}

std::string PageMaker::Get(std::string_view target, std::string_view timeout) {
  if (!exporter) return Concat({"refused: ", error});
  base::http::Request request;
  request.method = "GET";
  const size_t question = target.find('?');
  request.path = target.substr(0, question);
  if (question != std::string_view::npos) {
    request.query = base::http::Params::Parse(target.substr(question + 1));
  }
  if (!timeout.empty()) request.headers.Set("X-Prometheus-Scrape-Timeout-Seconds", timeout);
  const auto response = exporter->handler()(request);
  if (response.status == 200) return response.body;
  return Concat({std::to_string(response.status), " ", response.body});
}

std::map<std::string, FamilyShape> Shapes(std::string_view page) {
  std::map<std::string, FamilyShape> shapes;
  for (const std::string_view line : base::Split(page, '\n')) {
    if (base::StartsWith(line, "# TYPE ")) {
      const std::vector<std::string_view> words = base::Split(line, ' ');
      shapes[std::string(words[2])].type = words[3];
    } else if (!line.empty() && line[0] != '#') {
      const std::string_view series = line.substr(0, SeriesEnd(line));
      const size_t brace = series.find('{');
      std::string_view labels;
      if (brace != std::string_view::npos) {
        labels = series.substr(brace + 1, series.size() - brace - 2);
      }
      shapes[FamilyOf(series, shapes)].label_sets.insert(LabelNames(labels));
    }
  }
  return shapes;
}

std::map<std::string, std::string> Samples(std::string_view page) {
  std::map<std::string, std::string> samples;
  for (const std::string_view line : base::Split(page, '\n')) {
    if (line.empty() || line[0] == '#') continue;
    const size_t end = SeriesEnd(line);
    samples.emplace(line.substr(0, end), line.substr(end + 1));
  }
  return samples;
}

std::string ValueOf(std::string_view page, std::string_view series) {
  const auto samples = Samples(page);
  const auto found = samples.find(std::string(series));
  return found == samples.end() ? "" : found->second;
}

std::vector<std::string> FailedCollectors(std::string_view page) {
  constexpr std::string_view kStart = "pg_scrape_collector_success{collector=\"";
  std::vector<std::string> failed;
  for (const auto& [series, value] : Samples(page)) {
    if (!base::StartsWith(series, kStart) || value != "0") continue;
    const std::string_view rest = std::string_view(series).substr(kStart.size());
    if (rest.find('"') + 2 == rest.size()) failed.emplace_back(rest.substr(0, rest.find('"')));
  }
  return failed;
}

}  // namespace vedette::exporters::postgres
