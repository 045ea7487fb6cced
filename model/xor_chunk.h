#ifndef VEDETTE_MODEL_XOR_CHUNK_H_
#define VEDETTE_MODEL_XOR_CHUNK_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "model/bit_writer.h"

namespace vedette::model {

// Writes one chunk of Prometheus' XOR encoding: two bytes of count, the first time as a zigzag
// varint and value as they are, then deltas of deltas of times and XORs of values, bit by bit.
class XorChunkWriter {
 public:
  static constexpr size_t kMaxSamples = 120;  // what Prometheus puts into one

  // Times ascend. At most 65,535 samples.
  void Append(int64_t time_ms, double value);
  size_t size() const { return count_; }
  int64_t min_ms() const { return min_ms_; }
  int64_t max_ms() const { return time_ms_; }
  // The chunk's bytes; the writer is as new.
  std::string Take();

 private:
  void WriteTime(int64_t time_ms);

  BitWriter out_{2};
  size_t count_ = 0;
  int64_t min_ms_ = 0;
  int64_t time_ms_ = 0;
  uint64_t delta_ms_ = 0;
  XorWriter values_;
};

}  // namespace vedette::model

#endif  // VEDETTE_MODEL_XOR_CHUNK_H_
