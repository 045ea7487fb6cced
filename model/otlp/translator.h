#ifndef VEDETTE_MODEL_OTLP_TRANSLATOR_H_
#define VEDETTE_MODEL_OTLP_TRANSLATOR_H_

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "model/otlp/metrics.h"
#include "model/otlp/point_labels.h"
#include "model/otlp/series_table.h"
#include "model/otlp/settings.h"
#include "model/remote_write.h"
#include "model/sample.h"

namespace vedette::model::otlp {

struct TranslatorOptions {
  Settings settings;
  // Samples of target_info stand half of it apart, so that queries find one at every time.
  int64_t lookback_ms = 5 * 60 * 1000;
  bool with_starts = false;  // keep when counters began
  bool takes_delta = false;  // points of delta temporality are stored as they are
};

// What a metric is, by the name that its series have.
struct FamilyMetadata {
  std::string name;
  Metadata metadata;
};

// A request as series. A value.
struct Translated {
  std::vector<WireSeries> series;
  std::vector<FamilyMetadata> families;
  uint64_t points = 0;          // of the request
  uint64_t refused_points = 0;  // of these: cannot be stored
  std::string first_problem;    // of the refused: names the metric
};

// Makes Prometheus' series of a request, as Prometheus' own receiver does (3.5; what it takes
// silently and cannot be true is refused here, and the zero threshold that a sender names is kept,
// where it writes 1e-128): counters and gauges one series each, histograms
// with bounds _bucket, _sum and _count or native with custom buckets, exponential ones native,
// summaries _sum, _count and quantiles; of each resource target_info. A bad point harms itself
// alone. Of one request, on one thread.
class Translator final : public MetricsVisitor {
 public:
  // Reading ends, Cancelled, when `stop` is requested.
  explicit Translator(TranslatorOptions options, std::stop_token stop = {});

  base::Status OnResource(const Resource& resource) override;
  base::Status OnScope(const Scope& scope) override;
  base::Status OnMetric(const Metric& metric) override;
  base::Status OnPoint(const Point& point) override;
  base::Status OnResourceEnd() override;

  Translated Take();

 private:
  // ResourceExhausted ends the reading, InvalidArgument is the point's alone.
  base::Status AddPoint(const Point& point);
  base::Status AddNumber(const Point& point, LabelsBuilder labels);
  base::Status AddHistogram(const Point& point, LabelsBuilder labels);
  base::Status AddBuckets(const Point& point, LabelsBuilder labels);
  base::Status AddNative(const Point& point, LabelsBuilder labels);
  base::Status AddSummary(const Point& point, LabelsBuilder labels);
  base::Status AddTargetInfo();
  // The sample of the series METRIC+suffix; its number.
  base::StatusOr<size_t> AddSample(const Point& point, LabelsBuilder* labels,
                                   std::string_view suffix, double value);
  void AddExemplars(const Point& point, size_t series);
  void Refuse(std::string_view why);
  // Notes what the metric is, once it has a point.
  base::Status NoteFamily();
  // Called for each metric and point.
  base::Status CheckStop();
  bool IsNumber() const;
  bool is_delta() const { return metric_.temporality == Temporality::kDelta; }

  const TranslatorOptions options_;
  const std::stop_token stop_;
  uint64_t messages_ = 0;
  PointLabels labels_;
  SeriesTable table_;
  Translated out_;
  Metric metric_;               // whose points come
  std::string name_;            // of its series
  base::Status metric_status_;  // why none of them can be stored
  bool family_noted_ = false;
  uint64_t earliest_ns_ = 0;  // of the resource's points that are stored
  uint64_t latest_ns_ = 0;
};

}  // namespace vedette::model::otlp

#endif  // VEDETTE_MODEL_OTLP_TRANSLATOR_H_
