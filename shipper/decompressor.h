#ifndef VEDETTE_SHIPPER_DECOMPRESSOR_H_
#define VEDETTE_SHIPPER_DECOMPRESSOR_H_

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "base/status.h"
#include "shipper/rotated_name.h"

namespace vedette::shipper {

// A gzip or zstd stream undone piece by piece, in bounded memory whatever it declares. One thread.
class Decompressor {
 public:
  // What one zstd frame may ask to remember: what `zstd -19` asks for. gzip needs 32 KiB.
  static constexpr int kMaxWindowLog = 23;

  virtual ~Decompressor() = default;
  // Fills some of `room`, which is not empty, from the front of `*input`, which is cut by what was
  // used; returns the bytes made. Goes through all frames. Both may be 0 at garbage behind the last
  // frame, which counts as the end, as gzip(1) has it.
  virtual base::StatusOr<size_t> Step(std::string_view* input, std::span<char> room) = 0;
  // Whether the input may end here.
  virtual bool BetweenFrames() const = 0;
};

// Null for kPlain.
std::unique_ptr<Decompressor> NewDecompressor(Packing packing);

}  // namespace vedette::shipper

#endif  // VEDETTE_SHIPPER_DECOMPRESSOR_H_
