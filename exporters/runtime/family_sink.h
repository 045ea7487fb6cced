#ifndef VEDETTE_EXPORTERS_RUNTIME_FAMILY_SINK_H_
#define VEDETTE_EXPORTERS_RUNTIME_FAMILY_SINK_H_

#include <prometheus/metric_family.h>

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::exporters {

class FamilySink;

struct LabelRef {
  std::string_view name;
  std::string_view value;
};

// A family being filled: a plain handle to copy about, good as long as its sink.
class FamilyRef {
 public:
  FamilyRef(FamilySink* sink, uint32_t family) : sink_(sink), family_(family) {}

  void Add(double value, std::initializer_list<LabelRef> labels = {}) {
    Add(value, std::span<const LabelRef>(labels.begin(), labels.size()));
  }
  void Add(double value, std::span<const LabelRef> labels);

 private:
  FamilySink* sink_;
  uint32_t family_;
};

// Takes the families of one scrape. Names stand as given, whatever they end in; a family that got
// no value is not exposed; the same name twice is merged on the page (family_text.h). One thread.
//
// Counters, gauges and untyped families, which are nearly all, are kept flat: their texts one after
// the other, their labels and points in one array each. A page of a thousand values takes a handful
// of allocations so, which a sink that is used again does not even make.
class FamilySink {
 public:
  // A place in the texts.
  struct Text {
    uint32_t at = 0;
    uint32_t size = 0;
  };
  struct Label {
    Text name;
    Text value;
  };
  struct Family {
    Text name;
    Text help;
    prometheus::MetricType type = prometheus::MetricType::Untyped;
  };
  struct Point {
    double value = 0;
    int64_t timestamp_ms = 0;  // 0: none
    uint32_t family = 0;
    uint32_t first_label = 0;
    uint32_t labels = 0;
  };

  FamilyRef Counter(std::string_view name, std::string_view help);
  FamilyRef Gauge(std::string_view name, std::string_view help);
  FamilyRef Untyped(std::string_view name, std::string_view help);
  // A family made elsewhere.
  void Add(prometheus::MetricFamily family);

  // Takes over all that `other` has, behind what is here; `other` is empty then and keeps its
  // memory.
  void Take(FamilySink* other);
  // Moves everything out, as prometheus-cpp has it.
  void MoveTo(std::vector<prometheus::MetricFamily>* out);

  // What is there, for who writes the page.
  std::string_view TextOf(Text text) const { return {texts_.data() + text.at, text.size}; }
  std::span<const Family> families() const { return families_; }
  std::span<const Point> points() const { return points_; }
  std::span<const Label> LabelsOf(const Point& point) const {
    return {labels_.data() + point.first_label, point.labels};
  }
  // Brings each point's labels into the order of their names.
  void SortLabels();
  // Histograms and summaries.
  std::vector<prometheus::MetricFamily>* compound() { return &compound_; }

 private:
  friend class FamilyRef;

  FamilyRef Open(std::string_view name, std::string_view help, prometheus::MetricType type);
  Point* AddPoint(uint32_t family, double value);
  void AddLabel(std::string_view name, std::string_view value);
  void AddPoints(const prometheus::MetricFamily& family);
  Text Keep(std::string_view text);
  prometheus::ClientMetric ToMetric(const Point& point) const;
  void Clear();

  std::string texts_;
  std::vector<Family> families_;
  std::vector<Label> labels_;
  std::vector<Point> points_;
  std::vector<prometheus::MetricFamily> compound_;
};

}  // namespace vedette::exporters

#endif  // VEDETTE_EXPORTERS_RUNTIME_FAMILY_SINK_H_
