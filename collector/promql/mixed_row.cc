#include "collector/promql/mixed_row.h"

namespace vedette::promql {

base::Status MixedRowMaker::Add(int step, MixedValue value) {
  if (!value.present) return base::Status();
  if (value.histogram == nullptr) {
    row_.Append(step, value.value);
    return base::Status();
  }
  // One that others have too is held already.
  const bool is_new = value.histogram.use_count() == 1;
  if (is_new) VEDETTE_RETURN_IF_ERROR(hold_.Add(run_, 0, value.histogram->MemoryBytes()));
  row_.histograms.push_back({step, std::move(value.histogram)});
  return base::Status();
}

}  // namespace vedette::promql
