#ifndef VEDETTE_COLLECTOR_TSDB_EXEMPLAR_RECORD_H_
#define VEDETTE_COLLECTOR_TSDB_EXEMPLAR_RECORD_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/exemplar.h"
#include "model/labels.h"

// The log's record of exemplars. Format: FORMAT.md, "Exemplars in the log".

namespace vedette::tsdb {

inline constexpr uint8_t kWalExemplars = 16;
// Stands around exemplars that are written once more.
inline constexpr uint8_t kWalCarryMark = 17;
inline constexpr std::string_view kCarryBegins = "\1";
inline constexpr std::string_view kCarryEnds = "\2";

// An exemplar and whose it is.
struct LoggedExemplar {
  model::Labels series;
  model::Exemplar exemplar;
  friend bool operator==(const LoggedExemplar&, const LoggedExemplar&) = default;
};

std::string EncodeExemplars(std::span<const LoggedExemplar> exemplars);
// DataLoss for what EncodeExemplars does not write.
base::StatusOr<std::vector<LoggedExemplar>> DecodeExemplars(std::string_view payload);

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_EXEMPLAR_RECORD_H_
