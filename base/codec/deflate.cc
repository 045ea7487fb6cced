#include <zlib.h>

#include <algorithm>
#include <limits>

#include "base/codec/compress.h"
#include "base/strings.h"

namespace vedette::base {
namespace {

// zlib's window arguments: 15 bits of window, plus 16 for a gzip frame, negative for none.
constexpr int kGzip = 15 + 16;
constexpr int kZlib = 15;
constexpr int kRaw = -15;
constexpr size_t kChunk = 64 << 10;

// Owns an inflate stream over borrowed input of any size.
class Inflater {
 public:
  Inflater(std::string_view data, int window) : data_(data) {
    VEDETTE_CHECK(inflateInit2(&stream_, window) == Z_OK);
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // One stream, appended to `out`.
  Status Run(uint64_t max_bytes, std::string* out) {
    for (;;) {
      const size_t used = out->size();
      // One byte more than allowed, so that exactly as much as allowed still ends well.
      const uint64_t room = std::min<uint64_t>(kChunk, max_bytes - used + 1);
      out->resize(used + room);
      stream_.next_out = reinterpret_cast<Bytef*>(out->data() + used);
      stream_.avail_out = static_cast<uInt>(room);
      FeedInput();
      const int result = inflate(&stream_, Z_NO_FLUSH);
      out->resize(used + room - stream_.avail_out);
      if (out->size() > max_bytes) return ResourceExhausted("inflated data is larger than allowed");
      if (result == Z_STREAM_END) return Status();
      if (result == Z_BUF_ERROR || (result == Z_OK && AtEnd() && stream_.avail_out > 0)) {
        return InvalidArgument("deflate: the data ends too early");
      }
      if (result != Z_OK) {
        return InvalidArgument(
            Concat({"deflate: ", stream_.msg != nullptr ? stream_.msg : "corrupt data"}));
      }
    }
  }

  bool AtEnd() const { return stream_.avail_in == 0 && data_.empty(); }
  void Reset() { VEDETTE_CHECK(inflateReset(&stream_) == Z_OK); }

 private:
  void FeedInput() {
    if (stream_.avail_in > 0) return;
    const size_t n = std::min<size_t>(data_.size(), std::numeric_limits<uInt>::max());
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data_.data()));
    stream_.avail_in = static_cast<uInt>(n);
    data_.remove_prefix(n);
  }

  std::string_view data_;
  z_stream stream_{};
};

}  // namespace

std::string GzipCompress(std::string_view data, int level) {
  VEDETTE_CHECK(data.size() <= std::numeric_limits<uInt>::max());
  z_stream stream{};
  VEDETTE_CHECK(deflateInit2(&stream, level, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, data.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  VEDETTE_CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

StatusOr<std::string> GzipDecompress(std::string_view data, uint64_t max_bytes) {
  Inflater inflater(data, kGzip);
  std::string out;
  do {
    VEDETTE_RETURN_IF_ERROR(Annotate(inflater.Run(max_bytes, &out), "gzip"));
    inflater.Reset();
  } while (!inflater.AtEnd());
  return out;
}

StatusOr<std::string> DeflateDecompress(std::string_view data, uint64_t max_bytes) {
  // RFC 9110's "deflate" is zlib's frame; some clients send the bare stream.
  const bool zlib = data.size() >= 2 && (data[0] & 0x0F) == 8 &&
                    (static_cast<uint8_t>(data[0]) * 256 + static_cast<uint8_t>(data[1])) % 31 == 0;
  Inflater inflater(data, zlib ? kZlib : kRaw);
  std::string out;
  VEDETTE_RETURN_IF_ERROR(inflater.Run(max_bytes, &out));
  return out;
}

}  // namespace vedette::base
