#include "base/codec/stream_compress.h"

#include <zlib.h>
#include <zstd.h>

#include <limits>

#include "base/status.h"

namespace vedette::base {
namespace {

constexpr size_t kRoom = 16 * 1024;  // how much `out` is grown by at a time
constexpr int kGzipWindow = 15 + 16;
constexpr int kMemoryLevel = 8;  // zlib's default

// Calls `fill` with free room at the end of `out` until it leaves some unused; `fill` returns how
// much it used.
template <typename Fill>
void FillRoom(std::string* out, Fill fill) {
  for (;;) {
    const size_t before = out->size();
    out->resize(before + kRoom);
    const size_t used = fill(out->data() + before, kRoom);
    out->resize(before + used);
    if (used < kRoom) return;
  }
}

class GzipCompressor final : public StreamCompressor {
 public:
  explicit GzipCompressor(int level) {
    VEDETTE_CHECK(deflateInit2(&stream_, level, Z_DEFLATED, kGzipWindow, kMemoryLevel,
                               Z_DEFAULT_STRATEGY) == Z_OK);
  }
  ~GzipCompressor() override { deflateEnd(&stream_); }
  GzipCompressor(const GzipCompressor&) = delete;
  GzipCompressor& operator=(const GzipCompressor&) = delete;

  void Add(std::string_view data, bool last, std::string* out) override {
    constexpr size_t kMost = std::numeric_limits<uInt>::max() / 2;  // zlib counts in 32 bits
    while (data.size() > kMost) {
      Deflate(data.substr(0, kMost), Z_NO_FLUSH, out);
      data.remove_prefix(kMost);
    }
    Deflate(data, last ? Z_FINISH : Z_NO_FLUSH, out);
  }

 private:
  void Deflate(std::string_view data, int flush, std::string* out) {
    // zlib does not write to its input, whatever its type says.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
    stream_.avail_in = static_cast<uInt>(data.size());
    FillRoom(out, [&](char* room, size_t size) {
      stream_.next_out = reinterpret_cast<Bytef*>(room);
      stream_.avail_out = static_cast<uInt>(size);
      VEDETTE_CHECK(deflate(&stream_, flush) != Z_STREAM_ERROR);
      return size - stream_.avail_out;
    });
  }

  z_stream stream_{};
};

struct FreeCctx {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

class ZstdCompressor final : public StreamCompressor {
 public:
  explicit ZstdCompressor(int level) : context_(ZSTD_createCCtx()) {
    VEDETTE_CHECK(context_ != nullptr);
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level);
  }

  void Add(std::string_view data, bool last, std::string* out) override {
    ZSTD_inBuffer in{data.data(), data.size(), 0};
    const ZSTD_EndDirective how = last ? ZSTD_e_end : ZSTD_e_continue;
    size_t left = 1;  // of what the encoder holds; at 0 the frame has ended
    FillRoom(out, [&](char* room, size_t size) {
      ZSTD_outBuffer piece{room, size, 0};
      while (piece.pos < size && (last ? left != 0 : in.pos < in.size)) {
        left = ZSTD_compressStream2(context_.get(), &piece, &in, how);
        VEDETTE_CHECK(!ZSTD_isError(left));
      }
      return piece.pos;
    });
  }

 private:
  const std::unique_ptr<ZSTD_CCtx, FreeCctx> context_;
};

}  // namespace

std::unique_ptr<StreamCompressor> NewGzipCompressor(int level) {
  return std::make_unique<GzipCompressor>(level);
}

std::unique_ptr<StreamCompressor> NewZstdCompressor(int level) {
  return std::make_unique<ZstdCompressor>(level);
}

}  // namespace vedette::base
