#ifndef VEDETTE_COLLECTOR_API_POINT_WRITER_H_
#define VEDETTE_COLLECTOR_API_POINT_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "collector/api/sample_json.h"
#include "model/sample.h"

namespace vedette::api {

// Writes the floats of an answer. The series of a range query have the same times, and many stand
// still for long: the text of a time, and of the value before, is made once and copied. One thread.
class PointWriter {
 public:
  // [1435781430.781,"1"],[1435781445.781,"2"]
  void Append(std::span<const model::Sample> points, std::string* out);

 private:
  struct TimeText {
    int64_t timestamp_ms = 0;
    size_t length = 0;  // 0: nothing is kept here
    char text[kMaxTimeBytes];
  };
  static constexpr unsigned kTimeBits = 10;
  static constexpr size_t kMaxPointBytes = kMaxTimeBytes + kMaxValueBytes + 6;

  // Takes kMaxPointBytes of room.
  char* Write(const model::Sample& point, char* out);
  // Any two times may have one place; those of a query's steps mostly have different ones.
  const TimeText& TextOf(int64_t timestamp_ms);

  std::vector<TimeText> times_;  // as many as kTimeBits tell apart, once one is asked for
  uint64_t value_bits_ = 0;
  size_t value_length_ = 0;  // 0: there was none before
  char value_text_[kMaxValueBytes];
};

}  // namespace vedette::api

#endif  // VEDETTE_COLLECTOR_API_POINT_WRITER_H_
