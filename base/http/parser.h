#ifndef VEDETTE_BASE_HTTP_PARSER_H_
#define VEDETTE_BASE_HTTP_PARSER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/http/message.h"

// Internal to base/http: HTTP/1.1 messages from bytes. Beast's parser stands behind it.

namespace vedette::base::http {

// Of all header fields together; a single one may have 64 KiB.
inline constexpr uint32_t kMaxHeaderBytes = 256 * 1024;
// Header fields of a message, trailers included: each costs far more memory than it has bytes.
inline constexpr size_t kMaxHeaderFields = 200;

enum class ParseState {
  kNeedMore,
  kHeader,  // the header is complete and the body is still to come
  kDone,    // the message is complete
  kHeaderTooLarge,
  kBodyTooLarge,
  kBad,  // error() says why
};

// Reads one message. Feed() takes what it can from the front of `data`, which must begin where the
// last call stopped consuming, and says how much in `consumed`.
class RequestParser {
 public:
  static std::unique_ptr<RequestParser> New(uint64_t max_body_bytes);
  virtual ~RequestParser() = default;
  // kHeader is returned once, before any of the body is consumed.
  virtual ParseState Feed(std::string_view data, size_t* consumed) = 0;
  // From kHeader on: method, target, path, query, headers; the body once done.
  virtual Request TakeRequest() = 0;
  virtual bool is_done() const = 0;
  virtual bool keep_alive() const = 0;
  virtual bool expects_continue() const = 0;
  virtual const Request& header() const = 0;
  virtual bool is_http_1_0() const = 0;
  virtual const std::string& error() const = 0;
};

class ResponseParser {
 public:
  // `no_body`: the answer to HEAD.
  static std::unique_ptr<ResponseParser> New(uint64_t max_body_bytes, bool no_body);
  virtual ~ResponseParser() = default;
  virtual ParseState Feed(std::string_view data, size_t* consumed) = 0;
  // The peer closed: the end of a body without a length, or an error.
  virtual ParseState FeedEof() = 0;
  // Status and header fields are there.
  virtual bool has_head() const = 0;
  virtual Response TakeResponse() = 0;
  virtual bool keep_alive() const = 0;
  virtual const std::string& error() const = 0;
};

}  // namespace vedette::base::http

#endif  // VEDETTE_BASE_HTTP_PARSER_H_
