#include "base/http/body_stream.h"

#include <charconv>
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

// A chunk of no bytes would be the end.
void AppendChunk(std::string_view data, std::string* wire) {
  if (data.empty()) return;
  char size[20];
  const auto end = std::to_chars(size, size + sizeof size, data.size(), 16).ptr;
  wire->append(size, end);
  wire->append("\r\n");
  wire->append(data);
  wire->append("\r\n");
}

}  // namespace

BodyStream::BodyStream(std::string beginning, std::shared_ptr<BodySource> source, Coding coding,
                       bool chunked)
    : beginning_(std::move(beginning)),
      source_(std::move(source)),
      compressor_(CompressorFor(coding)),
      chunked_(chunked) {}

bool BodyStream::NextPlain(std::string* plain) {
  if (!beginning_.empty()) {
    *plain = std::exchange(beginning_, {});
    return true;
  }
  if (source_->Next(plain)) return true;
  source_.reset();  // what it holds may be large, and the wire slow
  return false;
}

bool BodyStream::Next(std::string* wire) {
  // A compressor may swallow several pieces before it gives one.
  for (;;) {
    std::string piece;
    const bool more = NextPlain(&piece);
    if (compressor_) {
      std::string coded;
      compressor_->Add(piece, !more, &coded);
      piece = std::move(coded);
    }
    if (chunked_) {
      AppendChunk(piece, wire);
      if (!more) wire->append("0\r\n\r\n");
    } else {
      wire->append(piece);
    }
    if (!more || wire->size() >= BodySource::kPieceBytes / 4) return more;
  }
}

}  // namespace vedette::base::http
