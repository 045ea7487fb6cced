#include "collector/tsdb/prometheus/wal_records.h"

#include <memory>

#include "collector/tsdb/prometheus/byte_decoder.h"
#include "model/histogram.h"

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

// Each takes two bytes at least.
bool ReadSpans(ByteDecoder* in, std::vector<model::HistogramSpan>* spans) {
  const uint64_t count = in->Uvarint();
  if (!in->ok() || count > in->remaining() / 2) return false;
  spans->resize(count);
  for (model::HistogramSpan& span : *spans) {
    const int64_t offset = in->Varint();
    const uint64_t length = in->Uvarint();
    if (offset != static_cast<int32_t>(offset) || length != static_cast<uint32_t>(length)) {
      return false;
    }
    span = {static_cast<int32_t>(offset), static_cast<uint32_t>(length)};
  }
  return in->ok();
}

bool ReadDoubles(ByteDecoder* in, std::vector<double>* values) {
  const uint64_t count = in->Uvarint();
  if (!in->ok() || count > in->remaining() / sizeof(double)) return false;
  values->resize(count);
  for (double& value : *values) value = in->Double();
  return in->ok();
}

bool ReadDeltas(ByteDecoder* in, std::vector<int64_t>* deltas) {
  const uint64_t count = in->Uvarint();
  if (!in->ok() || count > in->remaining()) return false;
  deltas->resize(count);
  for (int64_t& delta : *deltas) delta = in->Varint();
  return in->ok();
}

// False when it is cut off. Whether its counts make sense is not asked.
bool ReadHistogram(ByteDecoder* in, model::Histogram* out) {
  const uint8_t reset = in->U8();
  out->reset = static_cast<model::CounterReset>(reset <= 3 ? reset : 0);
  const int64_t schema = in->Varint();
  if (schema != static_cast<int32_t>(schema)) return false;
  out->schema = static_cast<int32_t>(schema);
  out->zero_threshold = in->Double();
  if (out->is_float) {
    out->zero_count_float = in->Double();
    out->count_float = in->Double();
  } else {
    out->zero_count = in->Uvarint();
    out->count = in->Uvarint();
  }
  out->sum = in->Double();
  if (!ReadSpans(in, &out->positive.spans) || !ReadSpans(in, &out->negative.spans)) return false;
  for (model::HistogramBuckets* side : {&out->positive, &out->negative}) {
    if (!(out->is_float ? ReadDoubles(in, &side->counts) : ReadDeltas(in, &side->deltas))) {
      return false;
    }
  }
  return !out->is_custom() || ReadDoubles(in, &out->custom_bounds);
}

}  // namespace

bool IsHistograms(RecordType type) {
  return type == RecordType::kHistograms || type == RecordType::kFloatHistograms ||
         type == RecordType::kCustomHistograms || type == RecordType::kCustomFloatHistograms;
}

base::StatusOr<std::vector<WalHistogramRow>> DecodeHistogramsRecord(std::string_view record,
                                                                    uint64_t* invalid) {
  const RecordType type = TypeOf(record);
  std::vector<WalHistogramRow> rows;
  ByteDecoder in = BodyOf(record);
  if (in.empty()) return rows;
  const uint64_t first_ref = in.U64();
  const auto first_ms = static_cast<int64_t>(in.U64());
  while (!in.empty()) {
    WalHistogramRow row;
    row.ref = first_ref + static_cast<uint64_t>(in.Varint());
    row.sample.time_ms = WrappingAdd(first_ms, in.Varint());
    model::Histogram histogram;
    histogram.is_float =
        type == RecordType::kFloatHistograms || type == RecordType::kCustomFloatHistograms;
    if (!ReadHistogram(&in, &histogram)) return base::DataLoss("histograms record: cut off");
    if (model::IsStaleNan(histogram.sum)) histogram = model::StaleHistogram(histogram.is_float);
    if (!histogram.Validate().ok()) {
      ++*invalid;
      continue;
    }
    row.sample.histogram = std::make_shared<const model::Histogram>(std::move(histogram));
    rows.push_back(std::move(row));
  }
  if (!in.ok()) return base::DataLoss("histograms record: cut off");
  return rows;
}

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
