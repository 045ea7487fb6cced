#ifndef VEDETTE_EXPORTERS_RUNTIME_FAMILY_SINK_H_
#define VEDETTE_EXPORTERS_RUNTIME_FAMILY_SINK_H_

#include <prometheus/metric_family.h>

#include <deque>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

namespace vedette::exporters {

struct LabelRef {
  std::string_view name;
  std::string_view value;
};

// A family being filled. Borrowed from its FamilySink; a plain handle to copy about.
class FamilyRef {
 public:
  explicit FamilyRef(prometheus::MetricFamily* family) : family_(family) {}

  void Add(double value, std::initializer_list<LabelRef> labels = {}) {
    Add(value, std::span<const LabelRef>(labels.begin(), labels.size()));
  }
  void Add(double value, std::span<const LabelRef> labels);

 private:
  prometheus::MetricFamily* family_;
};

// Takes the families of one scrape. Names stand as given, whatever they end in; a family that got
// no value is not exposed; the same name twice is merged later. One thread.
class FamilySink {
 public:
  FamilyRef Counter(std::string_view name, std::string_view help);
  FamilyRef Gauge(std::string_view name, std::string_view help);
  FamilyRef Untyped(std::string_view name, std::string_view help);
  // A family made elsewhere.
  void Add(prometheus::MetricFamily family) { families_.push_back(std::move(family)); }

  // Moves everything out.
  void MoveTo(std::vector<prometheus::MetricFamily>* out);

 private:
  FamilyRef Open(std::string_view name, std::string_view help, prometheus::MetricType type);

  std::deque<prometheus::MetricFamily> families_;  // a deque: handles stay valid
};

}  // namespace vedette::exporters

#endif  // VEDETTE_EXPORTERS_RUNTIME_FAMILY_SINK_H_
