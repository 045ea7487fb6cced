#ifndef VEDETTE_TESTS_EXPORTERS_REDIS_PAGE_H_
#define VEDETTE_TESTS_EXPORTERS_REDIS_PAGE_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/fs.h"
#include "exporters/redis/redis_exporter.h"
#include "tests/support/capture_logger.h"

namespace vedette::exporters::redis {

// Flags as on a command line, "redis.addr=...", into options; a failure is the test's.
RedisOptions OptionsOf(const std::vector<std::string>& flags);

// An exporter with these flags and its pages.
struct PageMaker {
  base::SystemClock clock;
  std::unique_ptr<base::FileSystem> fs = base::NewPosixFileSystem();
  test::CaptureLogger logger;
  base::Status status;  // of making it
  std::unique_ptr<RedisExporter> exporter;

  explicit PageMaker(const std::vector<std::string>& flags);

  // GET of "/metrics" or "/scrape?target=...". `timeout` is what a scraper says that it waits.
  base::http::Response Fetch(std::string_view target, std::string_view timeout = "") const;
  std::string Get(std::string_view target = "/metrics", std::string_view timeout = "") const {
    return Fetch(target, timeout).body;
  }
};

// A text page taken apart.
struct ParsedPage {
  struct Family {
    std::string type;
    std::set<std::string> label_sets;  // "cmd,le"
  };
  std::map<std::string, Family> families;
  std::map<std::string, double> values;  // by series as written, without those of histograms' le

  static ParsedPage Parse(std::string_view text);
};

// The value of one series as written, or empty.
std::string ValueOf(const std::string& page, std::string_view series);

}  // namespace vedette::exporters::redis

#endif  // VEDETTE_TESTS_EXPORTERS_REDIS_PAGE_H_
