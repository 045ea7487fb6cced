#ifndef VEDETTE_COLLECTOR_API_FEDERATE_BODY_H_
#define VEDETTE_COLLECTOR_API_FEDERATE_BODY_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/http/message.h"
#include "base/memory_pool.h"
#include "model/exposition/format.h"
#include "model/exposition/writer.h"
#include "model/histogram.h"
#include "model/labels.h"

namespace vedette::api {

// The newest sample of a series.
struct FederatedSample {
  model::Labels labels;
  int64_t timestamp_ms = 0;
  double value = 0;
  std::shared_ptr<const model::Histogram> histogram = nullptr;  // of floats; null: `value`
};

// The page that /federate answers, text or protobuf, written piece by piece. What a family is, is
// what stands together: a name that has floats and histograms makes several, as Prometheus'.
class FederateBody final : public base::http::BodySource {
 public:
  // `samples` come sorted by metric name, in a text page without histograms. `external`: the labels
  // of each that has none of these names; values may be empty. `hold`: the memory of the samples.
  FederateBody(std::vector<FederatedSample> samples,
               std::vector<std::pair<std::string, std::string>> external,
               const model::exposition::PageFormat& page, base::MemoryPool::Hold hold);
  bool Next(std::string* out) override;

 private:
  void AddText();
  void AddProtobuf(std::string* out);
  void BeginProtobufFamily(std::string* out);
  void AppendProtobuf(const FederatedSample& sample, std::string* out);
  // Fills labels_ with those of a sample and the external ones.
  void GatherLabels(const FederatedSample& sample);
  bool BeginsFamily(size_t i) const;

  const std::vector<FederatedSample> samples_;
  const std::vector<std::pair<std::string, std::string>> external_;
  const model::exposition::PageFormat page_;
  const base::MemoryPool::Hold hold_;
  size_t next_ = 0;
  std::vector<model::exposition::LabelView> labels_;
  std::vector<std::string> escaped_;  // label names that labels_ has views of
  std::string text_;                  // what writer_ writes to
  std::optional<model::exposition::FamilyWriter> writer_;
};

}  // namespace vedette::api

#endif  // VEDETTE_COLLECTOR_API_FEDERATE_BODY_H_
