#ifndef VEDETTE_SHIPPER_CADDY_LINE_H_
#define VEDETTE_SHIPPER_CADDY_LINE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "shipper/timestamp.h"

namespace simdjson::dom {
class parser;
}

namespace vedette::shipper {

// What a line of a Caddy log tells of itself. Empty: not told.
struct CaddyFacts {
  std::optional<LeadingTime> time;
  std::string level;   // canonical
  std::string logger;  // at most kMaxLoggerBytes
  std::string status;  // "200"; of requests only
};

// Reads Caddy's JSON log lines (access and process logs): level, ts, logger, status. A time and
// level before the JSON win over those inside. One thread; keeps its parser's buffers.
class CaddyLineReader {
 public:
  // Longer ones are no names that somebody configured and make no label.
  static constexpr size_t kMaxLoggerBytes = 256;

  explicit CaddyLineReader(TimeZone zone);
  ~CaddyLineReader();
  CaddyFacts Read(std::string_view line);

 private:
  void ReadJson(std::string_view json, CaddyFacts* facts);

  const TimeZone zone_;
  std::unique_ptr<simdjson::dom::parser> parser_;
  std::string padded_;
};

}  // namespace vedette::shipper

#endif  // VEDETTE_SHIPPER_CADDY_LINE_H_
