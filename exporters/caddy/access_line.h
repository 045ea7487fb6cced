#ifndef VEDETTE_EXPORTERS_CADDY_ACCESS_LINE_H_
#define VEDETTE_EXPORTERS_CADDY_ACCESS_LINE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace simdjson::dom {
class parser;
}

namespace vedette::exporters::caddy {

// One request as an access log tells of it.
struct AccessEntry {
  std::string host;    // lower case, without port and final dot; empty: none or no valid one
  std::string method;  // one of HTTP's own, else "OTHER", as Caddy labels them
  int status = 0;      // 0: aborted before an answer
  double unix_seconds = 0;
  std::optional<double> duration_seconds;
  double response_bytes = 0;
  double request_bytes = 0;
};

enum class LineKind { kRequest, kOther, kMalformed };

// Reads lines of Caddy's JSON logs. One thread; keeps its parser's buffers.
class AccessLineReader {
 public:
  AccessLineReader();
  ~AccessLineReader();
  // kOther: a good line that tells of no request. `entry` is set for kRequest only.
  LineKind Read(std::string_view line, AccessEntry* entry);

 private:
  std::unique_ptr<simdjson::dom::parser> parser_;
  std::string padded_;
};

// "Example.ORG.:8443" -> "example.org"; empty for what is no host.
std::string CleanHost(std::string_view host);

}  // namespace vedette::exporters::caddy

#endif  // VEDETTE_EXPORTERS_CADDY_ACCESS_LINE_H_
