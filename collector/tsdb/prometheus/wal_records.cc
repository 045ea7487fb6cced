#include "collector/tsdb/prometheus/wal_records.h"

#include "collector/tsdb/prometheus/byte_decoder.h"

namespace vedette::tsdb::prometheus {
namespace {

constexpr size_t kMaxLabelBytes = 1 << 20;

// A decoder behind the record's type.
ByteDecoder BodyOf(std::string_view record) { return ByteDecoder(record.substr(1)); }

base::StatusOr<model::Labels> ReadLabels(ByteDecoder* in) {
  std::vector<std::pair<std::string_view, std::string_view>> pairs;
  for (uint64_t left = in->Uvarint(); left > 0 && in->ok(); --left) {
    const std::string_view name = in->String();
    const std::string_view value = in->String();
    if (name.size() > kMaxLabelBytes || value.size() > kMaxLabelBytes) {
      return base::DataLoss("series record: a label is larger than allowed");
    }
    pairs.emplace_back(name, value);
  }
  return model::Labels::FromViews(std::move(pairs));
}

}  // namespace

RecordType TypeOf(std::string_view record) {
  return static_cast<RecordType>(record.empty() ? 0 : static_cast<uint8_t>(record[0]));
}

base::StatusOr<std::vector<WalSeriesRow>> DecodeSeriesRecord(std::string_view record) {
  std::vector<WalSeriesRow> rows;
  ByteDecoder in = BodyOf(record);
  while (!in.empty()) {
    WalSeriesRow row;
    row.ref = in.U64();
    VEDETTE_ASSIGN_OR_RETURN(row.labels, ReadLabels(&in));
    if (!in.ok()) return base::DataLoss("series record: cut off");
    rows.push_back(std::move(row));
  }
  return in.ok() ? base::StatusOr<std::vector<WalSeriesRow>>(std::move(rows))
                 : base::DataLoss("series record: cut off");
}

base::StatusOr<std::vector<WalSampleRow>> DecodeSamplesRecord(std::string_view record) {
  std::vector<WalSampleRow> rows;
  ByteDecoder in = BodyOf(record);
  if (in.empty()) return rows;
  const uint64_t first_ref = in.U64();
  const auto first_ms = static_cast<int64_t>(in.U64());
  while (!in.empty()) {
    WalSampleRow row;
    row.ref = first_ref + static_cast<uint64_t>(in.Varint());
    row.time_ms = WrappingAdd(first_ms, in.Varint());
    row.value = in.Double();
    if (in.ok()) rows.push_back(row);
  }
  if (!in.ok()) return base::DataLoss("samples record: cut off");
  return rows;
}

base::Status DecodeTombstonesRecord(std::string_view record, TombstoneMap* map) {
  ByteDecoder in = BodyOf(record);
  while (!in.empty()) {
    const uint64_t ref = in.U64();
    const int64_t min_ms = in.Varint();
    const int64_t max_ms = in.Varint();
    if (in.ok()) (*map)[ref].emplace_back(min_ms, max_ms);
  }
  return in.ok() ? base::Status() : base::DataLoss("tombstones record: cut off");
}

}  // namespace vedette::tsdb::prometheus
