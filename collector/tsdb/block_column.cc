#include "collector/tsdb/block_column.h"

#include "base/codec/bytes.h"
#include "collector/tsdb/int_column.h"
#include "collector/tsdb/value_codec.h"

namespace vedette::tsdb {

ColumnKind KindOf(std::string_view column) {
  const int codec = column.empty() ? 0 : column.front() & 7;
  for (const ColumnKind kind : {ColumnKind::kHistograms, ColumnKind::kStartedFloats}) {
    if (codec == static_cast<int>(kind)) return kind;
  }
  return ColumnKind::kFloats;
}

void EncodeStartedValues(std::span<const double> values, std::span<const int64_t> starts_ms,
                         std::string* out) {
  out->push_back(static_cast<char>(ColumnKind::kStartedFloats));
  EncodeIntColumn(starts_ms, out);
  EncodeValues(values, out);
}

base::StatusOr<std::string_view> DecodeStarts(std::string_view column,
                                              std::span<int64_t> starts_ms) {
  base::ByteReader in(column.substr(1));
  VEDETTE_RETURN_IF_ERROR(DecodeIntColumn(&in, starts_ms));
  if (column.front() == static_cast<char>(ColumnKind::kStartedFloats)) {
    return column.substr(column.size() - in.remaining());
  }
  return base::DataLoss("values column with starts: impossible exponent");
}

}  // namespace vedette::tsdb
