#ifndef VEDETTE_TESTS_SUPPORT_METRICS_PAGE_H_
#define VEDETTE_TESTS_SUPPORT_METRICS_PAGE_H_

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::test {

// A page of metrics in the text format taken apart, so that pages can be compared whatever the
// order and the way numbers are written.
struct MetricsPage {
  struct Family {
    std::string type;  // "unknown" where the page says untyped or nothing
    std::string help;
    // By the series' name and sorted labels, `name{a="b"}`.
    std::map<std::string, double> series;
    std::set<std::string> label_sets;  // the names that series have, "device,fstype"
  };
  std::map<std::string, Family> families;
  std::string error;  // what the parser says; empty for a good page

  static MetricsPage Parse(std::string_view text);
  // NaN where there is no such series.
  double Value(const std::string& series) const;
  bool Has(const std::string& series) const;
  size_t SeriesCount() const;
};

// What `want` has and `got` has not, or has differently: family, type, HELP, label sets and, with
// `values`, numbers. One line each. Families for which `skip` is true are left out.
std::vector<std::string> MissingFrom(const MetricsPage& got, const MetricsPage& want, bool values,
                                     bool (*skip)(const std::string& family));

}  // namespace vedette::test

#endif  // VEDETTE_TESTS_SUPPORT_METRICS_PAGE_H_
