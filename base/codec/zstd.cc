#include <zstd.h>

#include <algorithm>
#include <bit>
#include <memory>

#include "base/codec/compress.h"
#include "base/strings.h"

namespace vedette::base {
namespace {

struct FreeDctx {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};
using Dctx = std::unique_ptr<ZSTD_DCtx, FreeDctx>;

// Largest window a decoder must take anyhow (RFC 8878).
constexpr int kMinWindowLog = 23;
constexpr int kMaxWindowLog = 27;

Status Corrupt(size_t code) { return InvalidArgument(Concat({"zstd: ", ZSTD_getErrorName(code)})); }

Status TooLarge() { return ResourceExhausted("zstd: content is larger than allowed"); }

// The common case: one frame that declares its size.
StatusOr<std::string> DecompressSized(std::string_view data, uint64_t size) {
  std::string out(size, '\0');
  const size_t n = ZSTD_decompress(out.data(), out.size(), data.data(), data.size());
  if (ZSTD_isError(n)) return Corrupt(n);
  out.resize(n);
  return out;
}

StatusOr<std::string> DecompressStream(std::string_view data, uint64_t max_bytes) {
  const Dctx context(ZSTD_createDCtx());
  const int window =
      std::clamp(static_cast<int>(std::bit_width(max_bytes)), kMinWindowLog, kMaxWindowLog);
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, window);
  std::string out;
  std::string chunk(ZSTD_DStreamOutSize(), '\0');
  ZSTD_inBuffer in{data.data(), data.size(), 0};
  size_t hint = 1;
  for (;;) {
    ZSTD_outBuffer chunk_out{chunk.data(), chunk.size(), 0};
    const size_t consumed = in.pos;
    hint = ZSTD_decompressStream(context.get(), &chunk_out, &in);
    if (ZSTD_isError(hint)) return Corrupt(hint);
    if (chunk_out.pos > max_bytes - out.size()) return TooLarge();
    out.append(chunk, 0, chunk_out.pos);
    if (in.pos == in.size && chunk_out.pos < chunk.size()) break;
    if (in.pos == consumed && chunk_out.pos == 0) break;
  }
  if (hint != 0) return InvalidArgument("zstd: the data ends too early");
  return out;
}

}  // namespace

std::string ZstdCompress(std::string_view data, int level) {
  std::string out(ZSTD_compressBound(data.size()), '\0');
  const size_t n = ZSTD_compress(out.data(), out.size(), data.data(), data.size(), level);
  VEDETTE_CHECK(!ZSTD_isError(n));
  out.resize(n);
  return out;
}

StatusOr<std::string> ZstdDecompress(std::string_view data, uint64_t max_bytes) {
  const unsigned long long declared = ZSTD_getFrameContentSize(data.data(), data.size());
  if (declared == ZSTD_CONTENTSIZE_ERROR) return InvalidArgument("zstd: no frame at the start");
  if (declared == ZSTD_CONTENTSIZE_UNKNOWN) return DecompressStream(data, max_bytes);
  if (declared > max_bytes) return TooLarge();
  const size_t frame = ZSTD_findFrameCompressedSize(data.data(), data.size());
  if (ZSTD_isError(frame)) return Corrupt(frame);
  if (frame != data.size()) return DecompressStream(data, max_bytes);
  return DecompressSized(data, declared);
}

}  // namespace vedette::base
