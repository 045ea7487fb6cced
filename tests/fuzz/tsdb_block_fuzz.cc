// The metrics store's decoders under any bytes: the first byte chooses one, the rest is its input.
// What a column decoder accepts must come back to the bit when encoded and decoded again.
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/codec/bytes.h"
#include "collector/tsdb/int_codec.h"
#include "collector/tsdb/manifest.h"
#include "collector/tsdb/part_format.h"
#include "collector/tsdb/value_codec.h"
#include "collector/tsdb/wal_record.h"

namespace {

using namespace vedette;

void Values(std::string_view data, size_t count) {
  std::vector<double> values;
  if (!tsdb::DecodeValues(data, count, &values).ok()) return;
  std::string again;
  tsdb::EncodeValues(values, &again);
  std::vector<double> back;
  if (!tsdb::DecodeValues(again, count, &back).ok()) __builtin_trap();
  for (size_t i = 0; i < count; ++i) {
    if (std::bit_cast<uint64_t>(values[i]) != std::bit_cast<uint64_t>(back[i])) __builtin_trap();
  }
}

void Ints(std::string_view data, size_t count) {
  base::ByteReader in(data);
  std::vector<int64_t> values;
  if (!tsdb::DecodeInts(&in, count, &values).ok()) return;
  std::string again;
  tsdb::EncodeInts(values, &again);
  base::ByteReader reader(again);
  std::vector<int64_t> back;
  if (!tsdb::DecodeInts(&reader, count, &back).ok() || back != values) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 3) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 3, size - 3);
  const size_t count = 1 + (data[1] + 256u * data[2]) % tsdb::kColumnSamples;
  switch (data[0] % 7) {
    case 0:
      Values(input, count);
      break;
    case 1:
      Ints(input, count);
      break;
    case 2:
      tsdb::DecodeSeriesPage(input, 0).status().IgnoreError();
      break;
    case 3:
      tsdb::DecodePostingsPage(input, count).status().IgnoreError();
      break;
    case 4:
      tsdb::DecodeDirectory(input).status().IgnoreError();
      break;
    case 5:
      tsdb::DecodeBatch(tsdb::kWalBatch, input).status().IgnoreError();
      tsdb::DecodeBatch(tsdb::kWalPlainBatch, input).status().IgnoreError();
      tsdb::DecodeBatch(tsdb::kWalRows, input).status().IgnoreError();
      break;
    default:
      tsdb::DecodeManifest(input).status().IgnoreError();
      break;
  }
  return 0;
}
