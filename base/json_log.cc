#include "base/json_log.h"

#include <algorithm>

#include "base/json_writer.h"

namespace vedette::base {
namespace {

// Takes text up to `end`, or all, off the front of `*rest`, and `end` with it.
std::string_view TakeUpTo(char end, std::string_view* rest) {
  const size_t length = std::min(rest->find(end), rest->size());
  const std::string_view taken = rest->substr(0, length);
  rest->remove_prefix(std::min(length + 1, rest->size()));
  return taken;
}

// Takes a value and the space behind it: bare, or quoted with \" \\ and \n.
std::string TakeValue(std::string_view* rest) {
  if (rest->substr(0, 1) != "\"") return std::string(TakeUpTo(' ', rest));
  std::string value;
  size_t i = 1;
  for (; i < rest->size() && (*rest)[i] != '"'; ++i) {
    char c = (*rest)[i];
    if (c == '\\' && i + 1 < rest->size()) {
      c = (*rest)[++i];
      if (c == 'n') c = '\n';
    }
    value.push_back(c);
  }
  rest->remove_prefix(std::min(i + 2, rest->size()));
  return value;
}

}  // namespace

std::string JsonLogLine(std::string_view logfmt) {
  std::string out;
  if (logfmt.substr(0, 1) == "<") {
    out = TakeUpTo('>', &logfmt);
    out.push_back('>');
  }
  if (!logfmt.empty() && logfmt.back() == '\n') logfmt.remove_suffix(1);
  JsonWriter json(&out);
  json.BeginObject();
  while (!logfmt.empty()) {
    const std::string_view key = TakeUpTo('=', &logfmt);
    json.Key(key).String(TakeValue(&logfmt));
  }
  json.EndObject();
  out.push_back('\n');
  return out;
}

void JsonLogger::Write(std::string_view line) { Logger::Write(JsonLogLine(line)); }

}  // namespace vedette::base
