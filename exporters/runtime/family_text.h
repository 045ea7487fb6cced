#ifndef VEDETTE_EXPORTERS_RUNTIME_FAMILY_TEXT_H_
#define VEDETTE_EXPORTERS_RUNTIME_FAMILY_TEXT_H_

#include <prometheus/metric_family.h>

#include <string>
#include <vector>

#include "model/exposition/family.h"
#include "model/exposition/format.h"

namespace vedette::exporters {

// One family of prometheus-cpp's model as the exposition writer takes it: histograms and summaries
// become their points, in the order in which they are written.
model::exposition::Family ToExpositionFamily(prometheus::MetricFamily family);

// The page: families of one name become one (the first HELP and type stand), sorted by name;
// metrics sorted by their label values; of metrics with the same labels the first stays; families
// without metrics go.
std::string WritePage(std::vector<prometheus::MetricFamily> families,
                      model::exposition::Format format);

}  // namespace vedette::exporters

#endif  // VEDETTE_EXPORTERS_RUNTIME_FAMILY_TEXT_H_
