#include "collector/tsdb/exemplar_record.h"

#include <bit>
#include <utility>

#include "base/codec/bytes.h"

namespace vedette::tsdb {

std::string EncodeExemplars(std::span<const LoggedExemplar> exemplars) {
  std::string out;
  base::PutVarint(exemplars.size(), &out);
  for (const LoggedExemplar& one : exemplars) {
    base::PutString(one.series.bytes(), &out);
    base::PutString(one.exemplar.labels.bytes(), &out);
    base::PutSignedVarint(one.exemplar.time_ms, &out);
    base::PutFixed(std::bit_cast<uint64_t>(one.exemplar.value), &out);
  }
  return out;
}

base::StatusOr<std::vector<LoggedExemplar>> DecodeExemplars(std::string_view payload) {
  std::vector<LoggedExemplar> out;
  base::ByteReader in(payload);
  for (uint64_t left = in.Varint(); left > 0 && in.ok(); --left) {
    LoggedExemplar one;
    VEDETTE_ASSIGN_OR_RETURN(one.series, model::Labels::FromBytes(in.String()));
    VEDETTE_ASSIGN_OR_RETURN(one.exemplar.labels, model::Labels::FromBytes(in.String()));
    one.exemplar.time_ms = in.SignedVarint();
    one.exemplar.value = std::bit_cast<double>(in.Fixed<uint64_t>());
    if (in.ok()) out.push_back(std::move(one));
  }
  if (!in.ok() || !in.empty()) return base::DataLoss("log record: impossible exemplars");
  return out;
}

}  // namespace vedette::tsdb
