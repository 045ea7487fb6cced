#include "base/http/body_stream.h"

#include <string_view>
#include <utility>

namespace vedette::base::http {
namespace {

// Most of the gain for a third of the time of level 6.
constexpr int kGzipLevel = 3;
constexpr int kZstdLevel = 1;

std::unique_ptr<StreamCompressor> CompressorFor(Coding coding) {
  switch (coding) {
    case Coding::kGzip:
      return NewGzipCompressor(kGzipLevel);
    case Coding::kZstd:
      return NewZstdCompressor(kZstdLevel);
    case Coding::kIdentity:
      break;
  }
  return nullptr;
}

// What comes before a chunk, of a length that does not depend on the chunk's: it is written once
// the chunk is there, so that nothing is copied.
constexpr std::string_view kChunkHead = "00000000\r\n";

// Makes what comes behind the head at `begin` a chunk. One of no bytes would be the end.
void CloseChunk(size_t begin, std::string* wire) {
  size_t size = wire->size() - begin - kChunkHead.size();
  if (size == 0) return wire->resize(begin);
  for (size_t at = begin + 8; size > 0; size >>= 4) (*wire)[--at] = "0123456789abcdef"[size & 15];
  wire->append("\r\n");
}

}  // namespace

BodyStream::BodyStream(std::string beginning, std::shared_ptr<BodySource> source, Coding coding,
                       bool chunked)
    : beginning_(std::move(beginning)),
      source_(std::move(source)),
      compressor_(CompressorFor(coding)),
      chunked_(chunked) {}

bool BodyStream::AppendPlain(std::string* plain) {
  if (!beginning_.empty()) {
    plain->append(beginning_);
    beginning_ = {};
    return true;
  }
  if (source_->Next(plain)) return true;
  source_.reset();  // what it holds may be large, and the wire slow
  return false;
}

bool BodyStream::AppendCoded(std::string* wire) {
  if (!compressor_) return AppendPlain(wire);
  std::string piece;
  const bool more = AppendPlain(&piece);
  compressor_->Add(piece, !more, wire);
  return more;
}

bool BodyStream::Next(std::string* wire) {
  // A compressor may swallow several pieces before it gives one.
  for (;;) {
    const size_t begin = wire->size();
    if (chunked_) wire->append(kChunkHead);
    const bool more = AppendCoded(wire);
    if (chunked_) CloseChunk(begin, wire);
    if (chunked_ && !more) wire->append("0\r\n\r\n");
    if (!more || wire->size() >= BodySource::kPieceBytes / 4) return more;
  }
}

}  // namespace vedette::base::http
