#ifndef VEDETTE_TESTS_CONFORMANCE_EXPOSITION_CASES_H_
#define VEDETTE_TESTS_CONFORMANCE_EXPOSITION_CASES_H_

#include <string>
#include <vector>

namespace vedette::test {

// One case of a corpus of pages, played: what is wrong with our answer, or nothing.
struct ExpositionResult {
  std::string name;
  std::string problem;  // empty: passed
  std::string note;     // passed, though the corpus says otherwise: why
};

// Cases of Prometheus' own parser tests (textparse.json): the entries that a page has, the errors.
std::vector<ExpositionResult> PlayTextCases(const std::string& path);
// Those of its protobuf parser (protobufparse.json).
std::vector<ExpositionResult> PlayProtobufCases(const std::string& path);
// Folders of the OpenMetrics project, each with `metrics` and the verdict of its standard. Where
// Prometheus reads what the standard forbids, Prometheus is right.
std::vector<ExpositionResult> PlayOpenMetricsFolders(const std::string& path);

}  // namespace vedette::test

#endif  // VEDETTE_TESTS_CONFORMANCE_EXPOSITION_CASES_H_
