#ifndef VEDETTE_TESTS_EXPORTERS_POSTGRES_PAGE_H_
#define VEDETTE_TESTS_EXPORTERS_POSTGRES_PAGE_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/fs.h"
#include "exporters/postgres/postgres_exporter.h"
#include "tests/support/capture_logger.h"

namespace vedette::exporters::postgres {

// An exporter with its surroundings; `exporter` is null where it was refused, and `error` says why.
struct PageMaker {
  explicit PageMaker(PostgresOptions options);

  // The body of GET `target`; "STATUS" before it where it is not 200.
  std::string Get(std::string_view target = "/metrics", std::string_view timeout = "");

  std::unique_ptr<base::FileSystem> fs = base::NewPosixFileSystem();
  base::SystemClock clock;
  test::CaptureLogger logger;
  std::string error;
  std::unique_ptr<PostgresExporter> exporter;
};

// What a page shows, without the values.
struct FamilyShape {
  std::string type;
  std::set<std::string> label_sets;  // the names of each, joined by commas, sorted

  bool operator==(const FamilyShape&) const = default;
};
std::map<std::string, FamilyShape> Shapes(std::string_view page);

// Series as written, with their values.
std::map<std::string, std::string> Samples(std::string_view page);

// The value of one series, or empty.
std::string ValueOf(std::string_view page, std::string_view series);

// The collectors that the page says failed on the first server.
std::vector<std::string> FailedCollectors(std::string_view page);

}  // namespace vedette::exporters::postgres

#endif  // VEDETTE_TESTS_EXPORTERS_POSTGRES_PAGE_H_
