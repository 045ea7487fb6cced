#ifndef VEDETTE_BASE_HTTP_MESSAGE_H_
#define VEDETTE_BASE_HTTP_MESSAGE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What handlers see of HTTP. No server or client library is named here.

namespace vedette::base::http {

// Header fields in the order sent; names compare without case.
class Headers {
 public:
  void Set(std::string_view name, std::string_view value);  // replaces all of that name
  void Add(std::string_view name, std::string_view value);
  void Remove(std::string_view name);
  // The first value, or empty.
  std::string_view Get(std::string_view name) const;
  bool Has(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& fields() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

// Decoded name=value pairs in the order given: the URL's query, and a form body's after it.
class Params {
 public:
  // Percent- and plus-decodes "a=1&b=2"; bad escapes are kept as they stand.
  static Params Parse(std::string_view query);
  void Append(const Params& other);
  // The first value of `name`, or empty.
  std::string_view Get(std::string_view name) const;
  bool Has(std::string_view name) const;
  std::vector<std::string_view> GetAll(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& pairs() const { return pairs_; }

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

// What a caller may do. A token or user has a set of these; so has a plaintext address range.
enum class Scope : uint8_t { kNone = 0, kRead = 1, kPush = 2, kAdmin = 4 };

struct Request {
  std::string method;  // upper case
  std::string target;  // as sent: path and query
  std::string path;    // decoded, without query
  Params query;        // of the URL
  Headers headers;
  std::string body;            // as sent; see base/codec for Content-Encoding
  std::string remote_address;  // "127.0.0.1:51234", "[::1]:51234"
  std::string user;            // who authenticated, empty if nobody
  // Values of the `{name}` parts of the route that matched, decoded, in order.
  std::vector<std::string> path_args;
  // Requested when the client hangs up, the deadline passes or the server stops.
  std::stop_token stop;
  // By Clock::MonotonicNanos(): when it had arrived, and by when to be done; 0: unknown, none.
  int64_t received_mono_ns = 0;
  int64_t deadline_mono_ns = 0;

  // Of a POST or PUT with a form body the body's parameters, then the query's: as Go's servers, of
  // two with one name the body's counts.
  Params FormParams() const;
};

// A body that is made while it is sent, so that a large one is never whole in memory. One thread at
// a time, not always the same.
class BodySource {
 public:
  virtual ~BodySource() = default;
  // Appends the next piece, about kPieceBytes, to `out`; false when that was the last.
  virtual bool Next(std::string* out) = 0;

  static constexpr size_t kPieceBytes = 128 * 1024;
};

class WebSocket;

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  // The rest of the body, which `body` is the beginning of. Null: there is no more. Made on threads
  // of the route's pool, piece by piece as the client takes them, so that a slow client keeps no
  // thread; let go when it hangs up.
  std::shared_ptr<BodySource> rest = nullptr;
  // Of 101: see AcceptWebSocket (websocket.h). Null: the connection stays as it is.
  std::function<void(std::shared_ptr<WebSocket>)> opened = nullptr;

  static Response Text(int status, std::string_view body);
  static Response Json(int status, std::string body);
};

// Completes a request; called exactly once, from any thread, before or after the handler returns.
using Responder = std::function<void(Response)>;
// The request lives until the handler returns: one that answers later keeps copies of what it
// needs. A responder that is destroyed without having been called answers 500.
using Handler = std::function<void(const Request&, Responder)>;

// A handler that answers before it returns.
Handler Sync(std::function<Response(const Request&)> handle);

// True if `accept_encoding` (a header's value) allows `coding` ("gzip") with q > 0.
bool AcceptsEncoding(std::string_view accept_encoding, std::string_view coding);

// What a body can be coded as.
enum class Coding : uint8_t { kIdentity, kGzip, kZstd };
// The coding that `accept_encoding` likes best; zstd before gzip where it likes both alike.
Coding ChooseCoding(std::string_view accept_encoding);

std::string PercentEncode(std::string_view text);
std::string PercentDecode(std::string_view text);

}  // namespace vedette::base::http

#endif  // VEDETTE_BASE_HTTP_MESSAGE_H_
