#ifndef VEDETTE_BASE_HTTP_BODY_STREAM_H_
#define VEDETTE_BASE_HTTP_BODY_STREAM_H_

#include <memory>
#include <string>
#include <string_view>

#include "base/codec/stream_compress.h"
#include "base/http/message.h"

namespace vedette::base::http {

// Internal to base/http: a body of unknown length on its way to the wire, coded and, for HTTP/1.1,
// cut into chunks. One thread at a time.
class BodyStream {
 public:
  // `beginning` comes before what `source` makes.
  BodyStream(std::string beginning, std::shared_ptr<BodySource> source, Coding coding,
             bool chunked);

  // Appends the next piece as it goes over the wire; false when that was the last.
  bool Next(std::string* wire);

 private:
  // These append some of the body, not coded and coded; false when it is the last.
  bool AppendPlain(std::string* plain);
  bool AppendCoded(std::string* wire);

  std::string beginning_;
  std::shared_ptr<BodySource> source_;
  std::unique_ptr<StreamCompressor> compressor_;  // null: identity
  const bool chunked_;
};

}  // namespace vedette::base::http

#endif  // VEDETTE_BASE_HTTP_BODY_STREAM_H_
