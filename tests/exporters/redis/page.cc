#include "tests/exporters/redis/page.h"

#include <gtest/gtest.h>

#include <optional>

#include "base/strings.h"
#include "exporters/redis/flags.h"

namespace vedette::exporters::redis {
namespace {

// "name{a="b"} 1": the names of the labels, by commas.
std::string LabelNames(std::string_view series) {
  std::vector<std::string> names;
  size_t at = series.find('{');
  while (at != std::string_view::npos && at + 1 < series.size() && series[at + 1] != '}') {
    const size_t equals = series.find('=', at);
    names.emplace_back(series.substr(at + 1, equals - at - 1));
    size_t i = equals + 2;
    while (i < series.size() && series[i] != '"') i += series[i] == '\\' ? 2 : 1;
    at = i + 1 < series.size() && series[i + 1] == ',' ? i + 1 : std::string_view::npos;
  }
  return base::Join(names, ",");
}

std::optional<std::string> FamilyOf(std::string_view name, const ParsedPage& page) {
  for (const std::string_view suffix : {"", "_bucket", "_sum", "_count"}) {
    if (!base::EndsWith(name, suffix)) continue;
    std::string family(name.substr(0, name.size() - suffix.size()));
    if (page.families.contains(family)) return family;
  }
  return std::nullopt;
}

}  // namespace

RedisOptions OptionsOf(const std::vector<std::string>& flags) {
  RedisOptions options;
  for (const std::string& text : flags) {
    const size_t equals = text.find('=');
    bool found = false;
    for (const RedisFlag& flag : RedisFlags()) {
      if (flag.name != text.substr(0, equals)) continue;
      found = true;
      const base::Status status =
          flag.set(&options, equals == std::string::npos ? "true" : text.substr(equals + 1));
      EXPECT_TRUE(status.ok()) << text << ": " << status;
    }
    EXPECT_TRUE(found) << text;
  }
  return options;
}

PageMaker::PageMaker(const std::vector<std::string>& flags) {
  Environment environment;
  environment.fs = fs.get();
  environment.clock = &clock;
  environment.logger = &logger;
  environment.exporter_metrics = false;
  auto made = RedisExporter::Make(OptionsOf(flags), environment);
  status = made.status();
  if (made.ok()) exporter = *std::move(made);
}

base::http::Response PageMaker::Fetch(std::string_view target, std::string_view timeout) const {
  if (!exporter) return base::http::Response::Text(599, "the exporter was refused");
  base::http::Request request;
  request.method = "GET";
  const size_t mark = target.find('?');
  request.path = target.substr(0, mark);
  if (mark != std::string_view::npos) {
    request.query = base::http::Params::Parse(target.substr(mark + 1));
  }
  if (!timeout.empty()) request.headers.Set("X-Prometheus-Scrape-Timeout-Seconds", timeout);
  return exporter->handler()(request);
}

ParsedPage ParsedPage::Parse(std::string_view text) {
  ParsedPage page;
  for (const std::string_view line : base::Split(text, '\n')) {
    if (base::StartsWith(line, "# TYPE ")) {
      const auto words = base::Split(line, ' ');
      page.families[std::string(words.at(2))].type = words.at(3);
    }
    if (line.empty() || line[0] == '#') continue;
    const size_t blank = line.rfind(' ');
    const std::string_view series = line.substr(0, blank);
    page.values[std::string(series)] = base::ParseDouble(line.substr(blank + 1)).value_or(-1e300);
    const auto family = FamilyOf(series.substr(0, series.find('{')), page);
    if (family) page.families[*family].label_sets.insert(LabelNames(series));
  }
  return page;
}

std::string ValueOf(const std::string& page, std::string_view series) {
  const std::string start = base::Concat({"\n", series, " "});
  const size_t at = ("\n" + page).find(start);
  if (at == std::string::npos) return "";
  const size_t begin = at + start.size() - 1;
  return page.substr(begin, page.find('\n', begin) - begin);
}

}  // namespace vedette::exporters::redis
