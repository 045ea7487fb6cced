#include <boost/json.hpp>
#include <fstream>
#include <string>

#include "base/strings.h"
#include "model/log_level.h"
#include "tests/conformance/logql/cases.h"

namespace vedette::logql {

void JudgeLevels(const std::string& path, Score* score) {
  std::ifstream file(path);
  for (std::string text; std::getline(file, text);) {
    const boost::json::value row = boost::json::parse(text);
    const std::string line(row.at("line").as_string());
    const std::string want(row.at("detected_level").as_string());
    std::string_view got = model::DetectLevel({}, model::LogEntry{0, line, {}});
    if (got.empty()) got = "unknown";  // what Loki calls a line that tells none
    score->Judge(got == want, [&] {
      return base::Concat({line, ": found ", got, ", Loki says ", want});
    });
  }
}

}  // namespace vedette::logql
