#include "shipper/decompressor.h"

#include <zlib.h>
#include <zstd.h>

#include "base/strings.h"

namespace vedette::shipper {
namespace {

constexpr int kGzipWindow = 15 + 16;  // zlib's way to say: 32 KiB, in a gzip frame
constexpr char kGzipMagic = '\x1f';

class Gunzip final : public Decompressor {
 public:
  Gunzip() { VEDETTE_CHECK(inflateInit2(&stream_, kGzipWindow) == Z_OK); }
  ~Gunzip() override { inflateEnd(&stream_); }
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;

  base::StatusOr<size_t> Step(std::string_view* input, std::span<char> room) override {
    if (between_ && (input->empty() || (any_ && input->front() != kGzipMagic))) return size_t{0};
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input->data()));
    stream_.avail_in = static_cast<uInt>(input->size());
    stream_.next_out = reinterpret_cast<Bytef*>(room.data());
    stream_.avail_out = static_cast<uInt>(room.size());
    const int result = inflate(&stream_, Z_NO_FLUSH);
    input->remove_prefix(input->size() - stream_.avail_in);
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
      return base::DataLoss(
          base::Concat({"gzip: ", stream_.msg != nullptr ? stream_.msg : "corrupt data"}));
    }
    any_ = true;
    between_ = result == Z_STREAM_END;
    if (between_) VEDETTE_CHECK(inflateReset(&stream_) == Z_OK);
    return room.size() - stream_.avail_out;
  }

  bool BetweenFrames() const override { return between_; }

 private:
  z_stream stream_{};
  bool between_ = true;
  bool any_ = false;
};

class Unzstd final : public Decompressor {
 public:
  Unzstd() : context_(ZSTD_createDCtx()) {
    VEDETTE_CHECK(context_ != nullptr);
    ZSTD_DCtx_setParameter(context_, ZSTD_d_windowLogMax, kMaxWindowLog);
  }
  ~Unzstd() override { ZSTD_freeDCtx(context_); }
  Unzstd(const Unzstd&) = delete;
  Unzstd& operator=(const Unzstd&) = delete;

  base::StatusOr<size_t> Step(std::string_view* input, std::span<char> room) override {
    if (between_ && input->empty()) return size_t{0};
    ZSTD_inBuffer in{input->data(), input->size(), 0};
    ZSTD_outBuffer out{room.data(), room.size(), 0};
    const size_t hint = ZSTD_decompressStream(context_, &out, &in);
    if (ZSTD_isError(hint)) {
      return base::DataLoss(base::Concat({"zstd: ", ZSTD_getErrorName(hint)}));
    }
    input->remove_prefix(in.pos);
    between_ = hint == 0;
    return out.pos;
  }

  bool BetweenFrames() const override { return between_; }

 private:
  ZSTD_DCtx* const context_;
  bool between_ = true;
};

}  // namespace

std::unique_ptr<Decompressor> NewDecompressor(Packing packing) {
  switch (packing) {
    case Packing::kGzip:
      return std::make_unique<Gunzip>();
    case Packing::kZstd:
      return std::make_unique<Unzstd>();
    case Packing::kPlain:
      break;
  }
  return nullptr;
}

}  // namespace vedette::shipper
