#include "collector/tsdb/prometheus/xor_chunk.h"

#include <bit>

#include "collector/tsdb/prometheus/bit_reader.h"
#include "collector/tsdb/prometheus/byte_decoder.h"

namespace vedette::tsdb::prometheus {
namespace {

constexpr size_t kXorHeaderBytes = 2;
// Bits of a delta of deltas, by the number of ones before it.
constexpr int kDeltaBits[] = {0, 14, 17, 20, 64};

int64_t DeltaOfDelta(BitReader* in) {
  const int bits = kDeltaBits[in->Ones(4)];
  return bits == 0 ? 0 : in->Signed(bits);
}

}  // namespace

base::StatusOr<size_t> SamplesOfChunk(std::string_view data) {
  ByteDecoder in(data);
  const size_t samples = in.U16();
  if (!in.ok()) return base::DataLoss("chunk is too short for its number of samples");
  return samples;
}

base::Status DecodeXorChunk(std::string_view data, std::vector<int64_t>* times,
                            std::vector<double>* values) {
  VEDETTE_ASSIGN_OR_RETURN(const size_t samples, SamplesOfChunk(data));
  BitReader in(data.substr(kXorHeaderBytes));
  XorReader xors;
  int64_t time = 0;
  int64_t delta = 0;
  uint64_t bits = 0;
  for (size_t i = 0; i < samples; ++i) {
    if (i == 0) {
      time = in.Varint();
      bits = in.Bits(64);
    } else {
      delta = i == 1 ? static_cast<int64_t>(in.Uvarint()) : WrappingAdd(delta, DeltaOfDelta(&in));
      time = WrappingAdd(time, delta);
      bits = xors.Next(bits, &in);
    }
    if (!in.ok()) return base::DataLoss("chunk ends before its last sample");
    times->push_back(time);
    values->push_back(std::bit_cast<double>(bits));
  }
  return {};
}

}  // namespace vedette::tsdb::prometheus
