#ifndef VEDETTE_BASE_CODEC_STREAM_COMPRESS_H_
#define VEDETTE_BASE_CODEC_STREAM_COMPRESS_H_

#include <memory>
#include <string>
#include <string_view>

namespace vedette::base {

// Compresses what comes in pieces into one stream. For one thread.
class StreamCompressor {
 public:
  virtual ~StreamCompressor() = default;
  // Takes `data` whole and appends to `out` what of the stream is ready by now; with `last` all
  // that is left, after which nothing may come.
  virtual void Add(std::string_view data, bool last, std::string* out) = 0;
};

std::unique_ptr<StreamCompressor> NewGzipCompressor(int level);
std::unique_ptr<StreamCompressor> NewZstdCompressor(int level);

}  // namespace vedette::base

#endif  // VEDETTE_BASE_CODEC_STREAM_COMPRESS_H_
