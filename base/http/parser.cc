#include "base/http/parser.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <stdexcept>
#include <utility>

#include "base/strings.h"

namespace vedette::base::http {
namespace {

namespace beast_http = boost::beast::http;
using ErrorCode = boost::system::error_code;

std::string ToString(boost::core::string_view text) { return {text.data(), text.size()}; }

ParseState ErrorState(const ErrorCode& error, std::string* message) {
  if (error == beast_http::error::need_more) return ParseState::kNeedMore;
  *message = error.message();
  if (error == beast_http::error::header_limit) return ParseState::kHeaderTooLarge;
  if (error == beast_http::error::body_limit) return ParseState::kBodyTooLarge;
  return ParseState::kBad;
}

// put(), with Beast's one exception caught: a single field over 64 KiB.
template <typename Parser>
size_t Put(Parser& parser, std::string_view data, ErrorCode& error) {
  try {
    return parser.put(boost::asio::const_buffer(data.data(), data.size()), error);
  } catch (const std::length_error&) {
    error = beast_http::error::header_limit;
    return 0;
  }
}

template <typename Fields>
bool TooManyFields(const Fields& fields) {
  size_t count = 0;
  for (auto at = fields.begin(); at != fields.end(); ++at) {
    if (++count > kMaxHeaderFields) return true;
  }
  return false;
}

// put() and the cap on the number of fields, which Beast has none of.
template <typename Parser>
size_t PutCounted(Parser& parser, std::string_view data, ErrorCode& error) {
  const size_t consumed = Put(parser, data, error);
  if ((!error || error == beast_http::error::need_more) && TooManyFields(parser.get())) {
    error = beast_http::error::header_limit;
  }
  return consumed;
}

template <typename Fields>
Headers TakeHeaders(const Fields& fields) {
  Headers headers;
  for (const auto& field : fields) {
    headers.Add(ToString(field.name_string()), ToString(field.value()));
  }
  return headers;
}

// "http://host:port/path" -> "/path": the form that proxies send.
std::string_view OriginForm(std::string_view target) {
  if (StartsWith(target, "/")) return target;
  const size_t scheme = target.find("://");
  if (scheme == std::string_view::npos) return target;
  const size_t slash = target.find('/', scheme + 3);
  return slash == std::string_view::npos ? "/" : target.substr(slash);
}

void SetTarget(std::string_view target, Request* request) {
  target = OriginForm(target);
  request->target = target;
  const size_t question = std::min(target.find('?'), target.size());
  request->path = PercentDecode(target.substr(0, question));
  if (question < target.size()) request->query = Params::Parse(target.substr(question + 1));
}

class BeastRequestParser final : public RequestParser {
 public:
  explicit BeastRequestParser(uint64_t max_body_bytes) {
    parser_.header_limit(kMaxHeaderBytes);
    parser_.body_limit(max_body_bytes);
  }

  ParseState Feed(std::string_view data, size_t* consumed) override {
    *consumed = 0;
    while (!parser_.is_done()) {
      if (*consumed == data.size()) return ParseState::kNeedMore;
      ErrorCode error;
      *consumed += PutCounted(parser_, data.substr(*consumed), error);
      if (error) return Failed(error);
      if (parser_.is_header_done() && !header_seen_) {
        ReadHeader();
        if (!parser_.is_done()) return ParseState::kHeader;
      }
    }
    return ParseState::kDone;
  }

  Request TakeRequest() override {
    request_.body = std::move(parser_.get().body());
    return std::move(request_);
  }
  bool is_done() const override { return parser_.is_done(); }
  bool keep_alive() const override { return parser_.keep_alive(); }
  bool expects_continue() const override {
    return EqualsIgnoreCase(request_.headers.Get("Expect"), "100-continue");
  }
  bool is_http_1_0() const override { return parser_.get().version() == 10; }
  const Request& header() const override { return request_; }
  const std::string& error() const override { return error_; }

 private:
  ParseState Failed(const ErrorCode& error) {
    // The declared length alone can be too large: the header is known then, and is wanted.
    if (error == beast_http::error::body_limit && !header_seen_) ReadHeader();
    return ErrorState(error, &error_);
  }

  void ReadHeader() {
    header_seen_ = true;
    const auto& message = parser_.get();
    request_.method = ToString(message.method_string());
    request_.headers = TakeHeaders(message);
    const std::string target = ToString(message.target());
    SetTarget(target, &request_);
    parser_.eager(true);
  }

  beast_http::request_parser<beast_http::string_body> parser_;
  Request request_;
  bool header_seen_ = false;
  std::string error_;
};

class BeastResponseParser final : public ResponseParser {
 public:
  BeastResponseParser(uint64_t max_body_bytes, bool no_body) {
    parser_.header_limit(kMaxHeaderBytes);
    parser_.body_limit(max_body_bytes);
    parser_.skip(no_body);
    parser_.eager(true);
  }

  ParseState Feed(std::string_view data, size_t* consumed) override {
    *consumed = 0;
    while (!parser_.is_done()) {
      if (*consumed == data.size()) return ParseState::kNeedMore;
      ErrorCode error;
      *consumed += PutCounted(parser_, data.substr(*consumed), error);
      if (error) return ErrorState(error, &error_);
    }
    return ParseState::kDone;
  }

  ParseState FeedEof() override {
    ErrorCode error;
    parser_.put_eof(error);
    if (error) return ErrorState(error, &error_);
    return parser_.is_done() ? ParseState::kDone : ParseState::kBad;
  }

  bool has_head() const override { return parser_.is_header_done(); }
  Response TakeResponse() override {
    Response response;
    response.status = static_cast<int>(parser_.get().result_int());
    response.headers = TakeHeaders(parser_.get());
    response.body = std::move(parser_.get().body());
    return response;
  }
  bool keep_alive() const override { return parser_.keep_alive() && !parser_.need_eof(); }
  const std::string& error() const override { return error_; }

 private:
  beast_http::response_parser<beast_http::string_body> parser_;
  std::string error_;
};

}  // namespace

std::unique_ptr<RequestParser> RequestParser::New(uint64_t max_body_bytes) {
  return std::make_unique<BeastRequestParser>(max_body_bytes);
}

std::unique_ptr<ResponseParser> ResponseParser::New(uint64_t max_body_bytes, bool no_body) {
  return std::make_unique<BeastResponseParser>(max_body_bytes, no_body);
}

}  // namespace vedette::base::http
