#ifndef VEDETTE_TESTS_EXPORTERS_NODE_PAGE_H_
#define VEDETTE_TESTS_EXPORTERS_NODE_PAGE_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "exporters/node/node_exporter.h"
#include "exporters/node/options.h"
#include "tests/support/capture_logger.h"

namespace vedette::exporters::node {

// The text page of an exporter with these options, or the error in its place.
struct PageMaker {
  base::SystemClock clock;
  test::CaptureLogger logger;
  std::unique_ptr<NodeExporter> exporter;

  explicit PageMaker(NodeOptions options, bool exporter_metrics = false);
  std::string Get(std::string_view query = "") const;
};

// Options over a tree with proc/, sys/ and udev/data/ in it, these collectors alone switched on.
NodeOptions TreeOptions(const std::string& tree, const std::vector<std::string>& collectors);

// A page taken apart: by family name, its HELP, TYPE and lines, each with its newline.
std::map<std::string, std::string> SplitFamilies(std::string_view page);

// The value of one series as written, or empty.
std::string ValueOf(const std::string& page, std::string_view series);

}  // namespace vedette::exporters::node

#endif  // VEDETTE_TESTS_EXPORTERS_NODE_PAGE_H_
