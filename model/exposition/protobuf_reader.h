#ifndef VEDETTE_MODEL_EXPOSITION_PROTOBUF_READER_H_
#define VEDETTE_MODEL_EXPOSITION_PROTOBUF_READER_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/exposition/protobuf_metric.h"
#include "model/exposition/reader.h"
#include "model/wire_reader.h"

namespace vedette::model::exposition {

// Reads Prometheus' protobuf format: messages io.prometheus.client.MetricFamily, each behind its
// length. Says the entries that a text page would have: HELP, UNIT, TYPE, then for each metric its
// series; of a histogram the native one, and the classic series where there is no native side or
// the options keep them. With convert_classic what has no native side becomes one of custom
// buckets.
//
// Of a page only the metric at hand is taken apart. Errors are "family N (NAME): metric M: field F:
// WHAT".
class ProtobufReader final : public Reader {
 public:
  ProtobufReader(std::string_view input, const ReaderOptions& options)
      : options_(options), input_(input), metrics_({}) {}

  base::StatusOr<EntryKind> Next() override;
  base::Status ReadLabels(Labels* out) override;
  base::Status ReadExemplars(std::vector<Exemplar>* out) override;

 private:
  // What a family says first, then each metric. Classic: count and sum, then buckets or quantiles.
  enum class Step { kFamily, kUnit, kType, kMetric, kNative, kClassic, kConverted };

  base::StatusOr<bool> ReadFamily();  // false at the end of the page
  base::Status CheckFamily() const;
  base::Status CheckUnit() const;
  base::StatusOr<bool> ReadMetric();  // false at the end of the family

  void PlanMetric();
  EntryKind SayNumber();
  EntryKind SayNative();
  EntryKind SayClassic();
  bool SayConverted();
  size_t ClassicEnd() const;  // walks all buckets
  // Names the series; `name` and `value` are one more label, where there is one.
  void StartSeries(std::string_view suffix, std::string_view name, std::string_view value);

  base::Status ReadExemplar(std::string_view message, bool with_time_only,
                            std::vector<Exemplar>* out) const;
  base::Status Error(std::string_view message) const;

  const ReaderOptions options_;
  wire::Reader input_;
  size_t family_number_ = 0;

  std::string_view family_message_;
  std::string_view name_;
  std::string_view help_;
  std::string_view unit_;
  uint64_t type_ = 0;
  std::string_view type_name_;

  wire::Reader metrics_;  // what is left of the family
  size_t metric_number_ = 0;
  ProtobufMetric metric_;
  bool say_classic_ = false;
  bool say_converted_ = false;

  Step step_ = Step::kFamily;
  bool is_native_entry_ = false;  // the entry is a histogram
  // Of the classic series: 0 the count, 1 the sum, then buckets or quantiles.
  size_t field_ = 0;
  size_t classic_end_ = 0;  // behind the last of them
  std::string metric_name_;
  std::string extra_value_;
  std::string key_;
  std::vector<std::pair<std::string_view, std::string_view>> pairs_;
};

}  // namespace vedette::model::exposition

#endif  // VEDETTE_MODEL_EXPOSITION_PROTOBUF_READER_H_
