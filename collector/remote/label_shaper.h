#ifndef VEDETTE_COLLECTOR_REMOTE_LABEL_SHAPER_H_
#define VEDETTE_COLLECTOR_REMOTE_LABEL_SHAPER_H_

#include <optional>
#include <utility>
#include <vector>

#include "model/labels.h"
#include "model/relabel.h"

namespace vedette::remote {

// Labels as they are sent: with external_labels where a series has none of that name, then through
// write_relabel_configs. Immutable, thread-safe.
class LabelShaper {
 public:
  LabelShaper(model::Labels external, std::vector<model::Relabeler> rules)
      : external_(std::move(external)), rules_(std::move(rules)) {}

  // Nothing when a rule drops the series, or leaves it without labels.
  std::optional<model::Labels> Shape(const model::Labels& labels) const {
    if (external_.empty() && rules_.empty()) return labels;
    model::LabelsBuilder builder(labels);
    for (const model::LabelView& label : external_) {
      if (!labels.Has(label.name)) builder.Set(label.name, label.value);
    }
    if (!model::ApplyRelabeling(rules_, &builder)) return std::nullopt;
    model::Labels out = builder.Build();
    if (out.empty()) return std::nullopt;
    return out;
  }

 private:
  const model::Labels external_;
  const std::vector<model::Relabeler> rules_;
};

}  // namespace vedette::remote

#endif  // VEDETTE_COLLECTOR_REMOTE_LABEL_SHAPER_H_
