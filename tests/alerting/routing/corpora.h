#ifndef VEDETTE_TESTS_ALERTING_ROUTING_CORPORA_H_
#define VEDETTE_TESTS_ALERTING_ROUTING_CORPORA_H_

#include <string>

#include <boost/json.hpp>

#include "model/labels.h"
#include "tests/support/shared_dir.h"

namespace vedette::routing {

// Reads a corpus of upstream's test cases.
inline boost::json::value ReadCorpus(const std::string& path) {
  return boost::json::parse(test::ReadWholeFile(path));
}

inline std::string Text(const boost::json::value& v) { return std::string(v.as_string()); }

inline model::Labels LabelsOf(const boost::json::value& v) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& [name, value] : v.as_object()) {
    pairs.emplace_back(std::string(name), Text(value));
  }
  return model::Labels::FromPairs(std::move(pairs));
}

}  // namespace vedette::routing

#endif  // VEDETTE_TESTS_ALERTING_ROUTING_CORPORA_H_
