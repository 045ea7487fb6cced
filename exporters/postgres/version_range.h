#ifndef VEDETTE_EXPORTERS_POSTGRES_VERSION_RANGE_H_
#define VEDETTE_EXPORTERS_POSTGRES_VERSION_RANGE_H_

#include <array>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace vedette::exporters::postgres {

// Major, minor, patch: 15.18.0.
using Version = std::array<int, 3>;

// Of server_version_num: 150018 is 15.18.0, 90624 is 9.6.24.
Version VersionOfNumber(int server_version_num);

// The servers that a query is for: ">=10.0.0 <15.0.0 || 16". Empty: all. Immutable.
class VersionRange {
 public:
  // Conditions are =, ==, !=, <, <=, >, >= and a version of one to three numbers; those side by
  // side must all hold, "||" parts alternatives. Errors say what was found.
  static base::StatusOr<VersionRange> Parse(std::string_view text);

  bool Contains(const Version& version) const;

 private:
  struct Condition {
    bool less = false;  // which outcomes of the comparison it takes
    bool equal = false;
    bool greater = false;
    Version version{};
  };
  static base::StatusOr<Condition> ParseCondition(std::string_view text);

  std::vector<std::vector<Condition>> alternatives_;
};

}  // namespace vedette::exporters::postgres

#endif  // VEDETTE_EXPORTERS_POSTGRES_VERSION_RANGE_H_
