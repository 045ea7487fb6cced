#ifndef VEDETTE_EXPORTERS_RUNTIME_FAMILY_TEXT_H_
#define VEDETTE_EXPORTERS_RUNTIME_FAMILY_TEXT_H_

#include <prometheus/metric_family.h>

#include <string>
#include <vector>

#include "exporters/runtime/family_sink.h"
#include "model/exposition/format.h"

namespace vedette::exporters {

// The page: families of one name become one (the first HELP and type stand, and those of another
// type go), sorted by name; metrics sorted by their label values; of metrics with the same labels
// the first stays; families without metrics go. `families` is spent.
std::string WritePage(FamilySink* families, const model::exposition::PageFormat& format);
std::string WritePage(std::vector<prometheus::MetricFamily> families,
                      const model::exposition::PageFormat& format);

}  // namespace vedette::exporters

#endif  // VEDETTE_EXPORTERS_RUNTIME_FAMILY_TEXT_H_
