#ifndef VEDETTE_MODEL_EXPOSITION_FAMILY_H_
#define VEDETTE_MODEL_EXPOSITION_FAMILY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vedette::model::exposition {

enum class FamilyType {
  kUnknown,
  kCounter,
  kGauge,
  kHistogram,
  kSummary,
  kGaugeHistogram,
  kInfo,
  kStateSet,
};

// One exposed value: the family's name with `suffix` ("", "_bucket", "_sum", "_count", "_total"
// ...), its labels in the order to print, and a time only where the source itself has one.
struct Point {
  std::vector<std::pair<std::string, std::string>> labels;
  std::string suffix;
  double value = 0;
  std::optional<int64_t> timestamp_ms;
};

// A metric family as exporters hand it to the writer. A plain value. Counters carry the name that
// the text format shows ("x_total"); the OpenMetrics writer takes the suffix apart where it has to.
struct Family {
  std::string name;
  std::string help;
  FamilyType type = FamilyType::kUnknown;
  std::string unit;  // OpenMetrics only; written when it is the end of the name
  std::vector<Point> points;
};

// "counter", "gauge" ... as Metadata::type and OpenMetrics have it: "unknown", not "untyped".
std::string_view FamilyTypeName(FamilyType type);

}  // namespace vedette::model::exposition

#endif  // VEDETTE_MODEL_EXPOSITION_FAMILY_H_
