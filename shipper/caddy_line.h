#ifndef VEDETTE_SHIPPER_CADDY_LINE_H_
#define VEDETTE_SHIPPER_CADDY_LINE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "model/labels.h"
#include "shipper/timestamp.h"

namespace simdjson::dom {
class parser;
}

namespace vedette::shipper {

// What a line of a Caddy log tells of itself.
struct CaddyFacts {
  int64_t timestamp_ns = 0;
  std::string level;   // canonical; "info" where the line tells none
  std::string logger;  // empty: not told
  std::string status;  // "200"; empty on lines that are no requests
};

// Reads Caddy's JSON log lines (access and process logs): level, ts, logger, status. A time and
// level before the JSON win over those inside. A line that is no JSON keeps `read_at_ns`.
// One thread; keeps its parser's buffers.
class CaddyLineReader {
 public:
  explicit CaddyLineReader(TimeZone zone);
  ~CaddyLineReader();
  CaddyFacts Read(std::string_view line, int64_t read_at_ns);

 private:
  void ReadJson(std::string_view json, int64_t read_at_ns, CaddyFacts* facts);

  const TimeZone zone_;
  std::unique_ptr<simdjson::dom::parser> parser_;
  std::string padded_;
};

}  // namespace vedette::shipper

#endif  // VEDETTE_SHIPPER_CADDY_LINE_H_
