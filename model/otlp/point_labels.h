#ifndef VEDETTE_MODEL_OTLP_POINT_LABELS_H_
#define VEDETTE_MODEL_OTLP_POINT_LABELS_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "model/labels.h"
#include "model/otlp/metrics.h"
#include "model/otlp/settings.h"

namespace vedette::model::otlp {

// The labels of a resource's points: their attributes, what is promoted of the resource and the
// scope, and `job` and `instance` from service.namespace, service.name and service.instance.id. Of
// one request, on one thread.
class PointLabels {
 public:
  // `settings` outlives it.
  explicit PointLabels(const Settings* settings) : settings_(settings) {}

  void SetResource(const Resource& resource);
  void SetScope(const Scope& scope);

  // Without the metric's name. Of attributes that become one label the values are joined by ';', in
  // the order of their keys. InvalidArgument: a key that makes no label, labels beyond the limits
  // of a series.
  base::StatusOr<LabelsBuilder> Of(const Attributes& attributes) const;

  // The labels of the resource's target_info, without the name; nothing where it would say nothing
  // or of nobody: without attributes but the identifying ones, or without job and instance.
  base::StatusOr<std::optional<LabelsBuilder>> OfTargetInfo() const;

 private:
  using Pairs = std::vector<std::pair<std::string, std::string>>;

  base::Status AddAttributes(Attributes attributes, Pairs* pairs) const;
  base::Status ReadPromoted();
  base::Status ReadScope(const Scope& scope);
  void ReadIdentity();
  bool IsPromoted(std::string_view key) const;
  std::optional<std::string_view> ResourceValue(std::string_view key) const;

  const Settings* const settings_;
  Attributes resource_;  // sorted by key
  // What all points of the resource have and of the scope, made once: a point costs its own size.
  // The status says why none of them can be stored.
  Pairs promoted_;
  Pairs identity_;
  base::Status resource_status_;
  Pairs of_scope_;
  base::Status scope_status_;
};

}  // namespace vedette::model::otlp

#endif  // VEDETTE_MODEL_OTLP_POINT_LABELS_H_
