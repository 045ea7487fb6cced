#ifndef VEDETTE_BASE_JSON_LOG_H_
#define VEDETTE_BASE_JSON_LOG_H_

#include <string>
#include <string_view>

#include "base/log.h"

namespace vedette::base {

// Writes our own messages to stderr as one JSON object a line, with the fields, in the order, of
// Logger's lines: time, level, msg and those of the message; every value a string. Thread-safe.
class JsonLogger final : public Logger {
 public:
  using Logger::Logger;

 protected:
  void Write(std::string_view line) override;
};

// A line of Logger's as JSON, both with their newline; the `<N>` prefix for journald stays in
// front.
std::string JsonLogLine(std::string_view logfmt);

}  // namespace vedette::base

#endif  // VEDETTE_BASE_JSON_LOG_H_
