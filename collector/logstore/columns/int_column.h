#ifndef VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_INT_COLUMN_H_
#define VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_INT_COLUMN_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "collector/logstore/columns/blob.h"

namespace vedette::logstore {

// Bits that a value takes on average, taken from the smallest: what Encode is about to need.
double AverageBits(std::span<const int64_t> values);

// Whole numbers, any: one value, differences from the smallest or from the one before, or a
// dictionary of up to 256, whichever is smallest; bytes of equal weight lie together, so that the
// compressor sees them apart.
class IntColumn {
 public:
  static void Encode(std::span<const int64_t> values, BlobWriter* out);
  // Of `rows` values. Borrows the directory until Load.
  static base::StatusOr<IntColumn> Parse(DirectoryReader* directory, size_t rows);

  base::Status Load(const BlobSource& source);
  bool IsConstant() const { return mode_ == Mode::kConstant; }
  // Of a constant also before Load.
  int64_t constant() const { return base_; }
  // No value is outside; known before Load, and wide where it takes Load to know.
  struct Range {
    int64_t low = INT64_MIN;
    int64_t high = INT64_MAX;
  };
  Range range() const;
  // The smallest and the largest value, if there are any; what it loads for that it gives back.
  base::StatusOr<Range> ExactRange(const BlobSource& source);
  // After Load.
  std::span<const int64_t> values() const { return values_; }
  // Before Load: whose memory the values are to take.
  void Lend(std::vector<int64_t> memory) {
    values_ = std::move(memory);
    values_.clear();
  }
  // After Load, once: the values themselves.
  std::vector<int64_t> Take() { return std::move(values_); }
  // Bytes that Load took; Unload gives them back.
  size_t held() const { return values_.capacity() * sizeof(int64_t); }
  void Unload() { std::vector<int64_t>().swap(values_); }

 private:
  void Decode(const std::string& planes, size_t n, std::vector<int64_t>* values) const;

  enum class Mode : uint8_t { kConstant, kOffsets, kSteps, kZigZagSteps, kDictionary };

  Mode mode_ = Mode::kConstant;
  size_t rows_ = 0;
  int64_t base_ = 0;
  uint64_t unit_ = 1;
  size_t planes_ = 0;
  std::vector<int64_t> dictionary_;
  std::optional<BlobRef> blob_;
  std::vector<int64_t> values_;
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_INT_COLUMN_H_
