#include "collector/tsdb/wal_record.h"

#include <bit>
#include <cmath>

#include "base/codec/bytes.h"
#include "base/codec/compress.h"
#include "collector/tsdb/part_format.h"

namespace vedette::tsdb {
namespace {

constexpr double kIntegersBelow = 9007199254740992.0;  // 2^53

void PutValue(double v, std::string* out) {
  if (std::fabs(v) < kIntegersBelow) {
    const int64_t whole = static_cast<int64_t>(v);
    if (std::bit_cast<uint64_t>(static_cast<double>(whole)) == std::bit_cast<uint64_t>(v)) {
      base::PutVarint(base::ZigZag(whole) << 1, out);
      return;
    }
  }
  base::PutVarint(1, out);
  base::PutFixed(std::bit_cast<uint64_t>(v), out);
}

double ReadValue(base::ByteReader* in) {
  const uint64_t tag = in->Varint();
  if ((tag & 1) == 0) return static_cast<double>(base::UnZigZag(tag >> 1));
  return std::bit_cast<double>(in->Fixed<uint64_t>());
}

// Unsigned difference that wraps, as a signed varint: small either way for neighbours.
int64_t RefStep(uint64_t ref, uint64_t last) { return static_cast<int64_t>(ref - last); }

// Empty without series. Names of one host are much alike: zstd leaves a tenth of them.
std::string EncodeNames(std::span<const WalSeries> series) {
  if (series.empty()) return {};
  std::string names;
  base::PutVarint(series.size(), &names);
  for (const WalSeries& one : series) {
    base::PutVarint(one.ref, &names);
    base::PutString(one.labels->bytes(), &names);
  }
  return base::ZstdCompress(names);
}

base::Status ReadNames(base::ByteReader* in, WalBatch* batch) {
  for (uint64_t left = in->Varint(); left > 0 && in->ok(); --left) {
    const uint64_t ref = in->Varint();
    VEDETTE_ASSIGN_OR_RETURN(model::Labels labels, model::Labels::FromBytes(in->String()));
    batch->series.emplace_back(ref, std::move(labels));
  }
  return {};
}

base::Status UnpackNames(std::string_view packed, WalBatch* batch) {
  if (packed.empty()) return {};
  VEDETTE_ASSIGN_OR_RETURN(const std::string names, base::ZstdDecompress(packed, kMaxNamesBytes));
  base::ByteReader in(names);
  VEDETTE_RETURN_IF_ERROR(ReadNames(&in, batch));
  if (!in.ok() || !in.empty()) return base::DataLoss("log record: impossible names");
  return {};
}

}  // namespace

std::string EncodeBatch(uint64_t epoch, std::span<const WalSeries> series,
                        std::span<const WalRow> rows) {
  std::string out;
  base::PutVarint(epoch, &out);
  base::PutString(EncodeNames(series), &out);
  const int64_t base_ms = rows.empty() ? 0 : rows.front().time_ms;
  base::PutSignedVarint(base_ms, &out);
  base::PutVarint(rows.size(), &out);
  uint64_t last_ref = 0;
  for (const WalRow& row : rows) {
    base::PutSignedVarint(RefStep(row.ref, last_ref), &out);
    base::PutSignedVarint(row.time_ms - base_ms, &out);
    PutValue(row.value, &out);
    last_ref = row.ref;
  }
  return out;
}

base::StatusOr<WalBatch> DecodeBatch(uint8_t type, std::string_view payload) {
  base::ByteReader in(payload);
  WalBatch batch;
  batch.epoch = in.Varint();
  if (type == kWalPlainBatch) {
    VEDETTE_RETURN_IF_ERROR(ReadNames(&in, &batch));
  } else {
    VEDETTE_RETURN_IF_ERROR(UnpackNames(in.String(), &batch));
  }
  const int64_t base_ms = in.SignedVarint();
  uint64_t ref = 0;
  for (uint64_t left = in.Varint(); left > 0 && in.ok(); --left) {
    ref += static_cast<uint64_t>(in.SignedVarint());
    const uint64_t step = static_cast<uint64_t>(in.SignedVarint());
    const int64_t time_ms = static_cast<int64_t>(static_cast<uint64_t>(base_ms) + step);
    batch.rows.push_back({ref, time_ms, ReadValue(&in)});
    if (time_ms > kMaxTimeMs || time_ms < -kMaxTimeMs) {
      return base::DataLoss("log record: time out of range");
    }
  }
  if (!in.ok() || !in.empty()) return base::DataLoss("log record: impossible content");
  return batch;
}

}  // namespace vedette::tsdb
