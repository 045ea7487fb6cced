#ifndef VEDETTE_COLLECTOR_SCRAPE_SAMPLE_LABELS_H_
#define VEDETTE_COLLECTOR_SCRAPE_SAMPLE_LABELS_H_

#include <span>
#include <string>

#include "base/status.h"
#include "collector/scrape/target.h"
#include "model/labels.h"

namespace vedette::scrape {

// The labels that an exposed sample is stored with: the target's joined in (honor_labels decides
// who wins a clash; the loser is called exported_NAME), then metric_relabel_configs. Empty:
// dropped. InvalidArgument when the result has no metric name or names that the job does not allow,
// ResourceExhausted when it is over its label limits.
// `exposed_empty`: names that the page gave an empty value, which with honor_labels is a value too.
base::StatusOr<model::Labels> SampleLabels(const Target& target, const model::Labels& exposed,
                                           std::span<const std::string> exposed_empty = {});

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_SAMPLE_LABELS_H_
