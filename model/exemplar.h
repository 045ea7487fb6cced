#ifndef VEDETTE_MODEL_EXEMPLAR_H_
#define VEDETTE_MODEL_EXEMPLAR_H_

#include <bit>
#include <cstdint>

#include "base/status.h"
#include "model/labels.h"

namespace vedette::model {

// An example of what a sample counted, by its labels usually a trace. A value type.
struct Exemplar {
  // OpenMetrics' limit, in characters of all names and values together.
  static constexpr size_t kMaxLabelCharacters = 128;

  Labels labels;
  double value = 0;
  int64_t time_ms = 0;

  // InvalidArgument when the labels are too long.
  base::Status Validate() const;

  friend bool operator==(const Exemplar& a, const Exemplar& b) {
    return a.labels == b.labels && a.time_ms == b.time_ms &&
           std::bit_cast<uint64_t>(a.value) == std::bit_cast<uint64_t>(b.value);
  }
};

}  // namespace vedette::model

#endif  // VEDETTE_MODEL_EXEMPLAR_H_
