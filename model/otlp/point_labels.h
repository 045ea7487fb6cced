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
  void SetScope(const Scope& scope) { scope_ = scope; }

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
  base::Status AddPromoted(Pairs* pairs) const;
  base::Status AddScope(Pairs* pairs) const;
  void AddIdentity(Pairs* pairs) const;
  bool IsPromoted(std::string_view key) const;
  std::optional<std::string_view> ResourceValue(std::string_view key) const;

  const Settings* const settings_;
  Attributes resource_;  // sorted by key
  Scope scope_;
};

}  // namespace vedette::model::otlp

#endif  // VEDETTE_MODEL_OTLP_POINT_LABELS_H_
