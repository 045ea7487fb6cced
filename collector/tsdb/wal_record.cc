#include "collector/tsdb/wal_record.h"

#include <bit>
#include <cmath>
#include <memory>

#include "base/codec/bytes.h"
#include "base/codec/compress.h"
#include "base/strings.h"
#include "collector/tsdb/head.h"
#include "collector/tsdb/histogram_codec.h"
#include "collector/tsdb/part_format.h"

namespace vedette::tsdb {
namespace {

constexpr double kIntegersBelow = 9007199254740992.0;  // 2^53

base::Status Impossible(std::string_view what) {
  return base::DataLoss(base::Concat({"log record: impossible ", what}));
}

int64_t ReadTime(int64_t base_ms, base::ByteReader* in) {
  const uint64_t step = static_cast<uint64_t>(in->SignedVarint());
  return static_cast<int64_t>(static_cast<uint64_t>(base_ms) + step);
}

bool IsTime(int64_t time_ms) { return time_ms <= kMaxTimeMs && time_ms >= -kMaxTimeMs; }

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
  if (!in.ok() || !in.empty()) return Impossible("names");
  return {};
}

// Names of kWalRows: each says what it shares with the one before.
base::Status ReadSharedNames(base::ByteReader* in, WalBatch* batch) {
  uint64_t ref = 0;
  uint64_t total = 0;
  std::string name;
  for (uint64_t left = in->Varint(); left > 0 && in->ok(); --left) {
    ref += static_cast<uint64_t>(in->SignedVarint());
    const uint64_t prefix = in->Varint();
    const uint64_t suffix = in->Varint();
    const std::string_view middle = in->String();
    if (prefix > name.size() || suffix > name.size() - prefix) return Impossible("names");
    name = base::Concat({std::string_view(name).substr(0, prefix), middle,
                         std::string_view(name).substr(name.size() - suffix)});
    total += name.size();
    if (total > kMaxNamesBytes) return Impossible("names");
    VEDETTE_ASSIGN_OR_RETURN(model::Labels labels, model::Labels::FromBytes(name));
    batch->series.emplace_back(ref, std::move(labels));
  }
  return {};
}

base::Status ReadSlots(base::ByteReader* in, WalGroupRow* row) {
  uint64_t next = 0;
  for (uint64_t runs = in->Varint(); runs > 0 && in->ok(); --runs) {
    const uint64_t first = next + static_cast<uint64_t>(in->SignedVarint());
    const uint64_t length = in->Varint();
    // Each slot has a bit in what follows: no more of them than the record has bits.
    const uint64_t bits = uint64_t{in->remaining()} * 8;
    if (length > bits || row->slots.size() > bits - length) return Impossible("slots");
    if (first >= kMaxGroupSlots || length > kMaxGroupSlots - first) return Impossible("slots");
    next = first + length;
    for (uint64_t slot = first; slot < next; ++slot) {
      row->slots.push_back({static_cast<uint32_t>(slot), false, 0});
    }
  }
  const std::string_view carried = in->Bytes((row->slots.size() + 7) / 8);
  for (size_t i = 0; i < row->slots.size() && in->ok(); ++i) {
    row->slots[i].carried = ((static_cast<uint8_t>(carried[i / 8]) >> (i % 8)) & 1) != 0;
    if (row->slots[i].carried) row->slots[i].value = ReadWalValue(in);
  }
  return {};
}

base::Status ReadGroupRows(int64_t base_ms, base::ByteReader* in, WalBatch* batch) {
  for (uint64_t left = in->Varint(); left > 0 && in->ok(); --left) {
    WalGroupRow row;
    const uint64_t group = in->Varint();
    row.group = static_cast<uint32_t>(group);
    row.sequence = in->Varint();
    row.time_ms = ReadTime(base_ms, in);
    if (group > UINT32_MAX || !IsTime(row.time_ms)) return Impossible("group row");
    VEDETTE_RETURN_IF_ERROR(ReadSlots(in, &row));
    batch->group_rows.push_back(std::move(row));
  }
  return {};
}

base::Status ReadRows(int64_t base_ms, base::ByteReader* in, WalBatch* batch) {
  uint64_t ref = 0;
  for (uint64_t left = in->Varint(); left > 0 && in->ok(); --left) {
    ref += static_cast<uint64_t>(in->SignedVarint());
    const int64_t time_ms = ReadTime(base_ms, in);
    if (!IsTime(time_ms)) return Impossible("time");
    batch->rows.push_back({ref, time_ms, ReadWalValue(in), 0});
  }
  return {};
}

// Of a record with starts: where those of its samples go, in their order.
class StartSlots {
 public:
  explicit StartSlots(WalBatch* batch) {
    for (WalGroupRow& row : batch->group_rows) {
      row.starts_ms.resize(row.slots.size());
      for (int64_t& start : row.starts_ms) slots_.push_back(&start);
    }
    for (WalRow& row : batch->rows) slots_.push_back(&row.start_ms);
  }

  bool full() const { return next_ == slots_.size(); }
  bool Fill(uint64_t count, int64_t start_ms) {
    if (count == 0 || count > slots_.size() - next_) return false;
    for (; count > 0; --count) *slots_[next_++] = start_ms;
    return true;
  }

 private:
  std::vector<int64_t*> slots_;
  size_t next_ = 0;
};

base::Status ReadStarts(base::ByteReader* in, WalBatch* batch) {
  const uint64_t count = in->Varint();
  if (!in->ok() || count > in->remaining()) return Impossible("starts");
  if (count == 0) return {};
  std::vector<int64_t> starts(count + 1, 0);
  for (size_t i = 1; i <= count; ++i) starts[i] = in->SignedVarint();
  for (StartSlots slots(batch); !slots.full();) {
    const uint64_t samples = in->Varint();
    const uint64_t start = in->Varint();
    if (!in->ok() || start > count || !slots.Fill(samples, starts[start])) {
      return Impossible("starts");
    }
  }
  return {};
}

base::Status ReadHistograms(int64_t base_ms, base::ByteReader* in, WalBatch* batch) {
  uint64_t ref = 0;
  for (uint64_t left = in->Varint(); left > 0 && in->ok(); --left) {
    WalHistogram row;
    ref += static_cast<uint64_t>(in->SignedVarint());
    row.ref = ref;
    row.sample.time_ms = ReadTime(base_ms, in);
    if (!IsTime(row.sample.time_ms)) return Impossible("time");
    if (const uint64_t start = in->Varint(); start > 0) {
      row.sample.start_ms = static_cast<int64_t>(static_cast<uint64_t>(row.sample.time_ms) +
                                                 static_cast<uint64_t>(base::UnZigZag(start - 1)));
    }
    base::ByteReader bytes(in->String());
    VEDETTE_ASSIGN_OR_RETURN(model::Histogram histogram, ReadHistogram(&bytes));
    if (!bytes.empty()) return Impossible("histogram");
    row.sample.histogram = std::make_shared<const model::Histogram>(std::move(histogram));
    batch->histograms.push_back(std::move(row));
  }
  return {};
}

base::Status ReadAllNames(uint8_t type, base::ByteReader* in, WalBatch* batch) {
  switch (type) {
    case kWalPlainBatch:
      return ReadNames(in, batch);
    case kWalBatch:
      return UnpackNames(in->String(), batch);
    default:
      return ReadSharedNames(in, batch);
  }
}

}  // namespace

bool IsWalBatch(uint8_t type) {
  return type == kWalPlainBatch || type == kWalBatch || type == kWalRows || type == kWalRichRows;
}

void PutWalValue(double v, std::string* out) {
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

double ReadWalValue(base::ByteReader* in) {
  const uint64_t tag = in->Varint();
  if ((tag & 1) == 0) return static_cast<double>(base::UnZigZag(tag >> 1));
  return std::bit_cast<double>(in->Fixed<uint64_t>());
}

base::StatusOr<WalBatch> DecodeBatch(uint8_t type, std::string_view payload) {
  base::ByteReader in(payload);
  WalBatch batch;
  batch.epoch = in.Varint();
  VEDETTE_RETURN_IF_ERROR(ReadAllNames(type, &in, &batch));
  const int64_t base_ms = in.SignedVarint();
  if (type >= kWalRows) VEDETTE_RETURN_IF_ERROR(ReadGroupRows(base_ms, &in, &batch));
  VEDETTE_RETURN_IF_ERROR(ReadRows(base_ms, &in, &batch));
  if (type == kWalRichRows) {
    VEDETTE_RETURN_IF_ERROR(ReadStarts(&in, &batch));
    VEDETTE_RETURN_IF_ERROR(ReadHistograms(base_ms, &in, &batch));
  }
  if (!in.ok() || !in.empty()) return Impossible("content");
  return batch;
}

}  // namespace vedette::tsdb
