#ifndef VEDETTE_ALERTING_RULES_QUERIER_H_
#define VEDETTE_ALERTING_RULES_QUERIER_H_

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/alert.h"
#include "model/histogram.h"
#include "model/labels.h"

// What rules need from others: someone who answers queries and someone who takes alerts.

namespace vedette::rules {

// One element of an instant vector: a float, or a native histogram where `histogram` is set.
struct VectorSample {
  model::Labels labels;
  double value = 0;
  std::shared_ptr<const model::Histogram> histogram = nullptr;
};

// Answers instant queries. Thread-safe. Implemented in app over the query engine.
class Querier {
 public:
  virtual ~Querier() = default;
  // The value of `expr` at `time_ms`; a scalar is one sample without labels. InvalidArgument for an
  // expression that does not parse or is neither vector nor scalar.
  virtual base::StatusOr<std::vector<VectorSample>> Query(const std::string& expr, int64_t time_ms,
                                                          std::stop_token stop) = 0;
  // OK, or what is wrong with the expression, with its position.
  virtual base::Status Validate(std::string_view expr) = 0;
};

// Takes alerts. Thread-safe. Implemented in app over routing (or a remote Alertmanager).
class AlertSink {
 public:
  virtual ~AlertSink() = default;
  // OK: they are on disk there. Otherwise they are sent again at the next evaluation.
  virtual base::Status Send(std::vector<model::Alert> alerts) = 0;
};

}  // namespace vedette::rules

#endif  // VEDETTE_ALERTING_RULES_QUERIER_H_
