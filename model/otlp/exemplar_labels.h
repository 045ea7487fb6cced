#ifndef VEDETTE_MODEL_OTLP_EXEMPLAR_LABELS_H_
#define VEDETTE_MODEL_OTLP_EXEMPLAR_LABELS_H_

#include <vector>

#include "model/exemplar.h"
#include "model/otlp/metrics.h"

namespace vedette::model::otlp {

// The exemplars of a point, those without a value left out: trace_id and span_id in hexadecimal,
// and the filtered attributes where they fit into an exemplar too.
std::vector<model::Exemplar> ExemplarsOf(const Point& point);

}  // namespace vedette::model::otlp

#endif  // VEDETTE_MODEL_OTLP_EXEMPLAR_LABELS_H_
