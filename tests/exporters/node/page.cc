#include "tests/exporters/node/page.h"

#include "base/strings.h"

namespace vedette::exporters::node {

PageMaker::PageMaker(NodeOptions options, bool exporter_metrics) {
  Environment environment;
  environment.clock = &clock;
  environment.logger = &logger;
  environment.exporter_metrics = exporter_metrics;
  auto made = NodeExporter::Make(std::move(options), environment);
  if (made.ok()) exporter = *std::move(made);
}

std::string PageMaker::Get(std::string_view query) const {
  if (!exporter) return "the exporter was refused";
  base::http::Request request;
  request.method = "GET";
  request.path = "/metrics";
  request.query = base::http::Params::Parse(query);
  return exporter->handler()(request).body;
}

NodeOptions TreeOptions(const std::string& tree, const std::vector<std::string>& collectors) {
  NodeOptions options;
  options.paths = {tree + "/proc", tree + "/sys", tree, tree + "/udev/data"};
  options.disable_defaults = true;
  for (const std::string& name : collectors) options.collectors[name] = true;
  options.netdev.netlink = false;
  return options;
}

std::map<std::string, std::string> SplitFamilies(std::string_view page) {
  std::map<std::string, std::string> families;
  std::string* current = nullptr;
  for (const std::string_view line : base::Split(page, '\n')) {
    if (base::StartsWith(line, "# HELP ")) {
      const std::string_view rest = line.substr(7);
      current = &families[std::string(rest.substr(0, rest.find(' ')))];
    }
    if (current != nullptr && !line.empty()) *current += base::Concat({line, "\n"});
  }
  return families;
}

std::string ValueOf(const std::string& page, std::string_view series) {
  const std::string start = base::Concat({"\n", series, " "});
  const size_t at = ("\n" + page).find(start);
  if (at == std::string::npos) return "";
  const size_t begin = at + start.size() - 1;
  return page.substr(begin, page.find('\n', begin) - begin);
}

}  // namespace vedette::exporters::node
