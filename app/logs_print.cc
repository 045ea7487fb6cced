#include "app/logs_print.h"

#include <cstdio>
#include <ctime>

#include "base/json_writer.h"
#include "base/strings.h"

namespace vedette::app {
namespace {

std::string LocalTime(int64_t timestamp_ns, LogsFormat format) {
  const auto seconds = static_cast<std::time_t>(timestamp_ns / 1'000'000'000);
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  char text[64];
  const char* const form =
      format == LogsFormat::kShortIso ? "%Y-%m-%dT%H:%M:%S%z" : "%b %d %H:%M:%S";
  size_t size = std::strftime(text, sizeof text, form, &parts);
  if (format == LogsFormat::kShortPrecise) {
    const auto micros = static_cast<int>(timestamp_ns / 1000 % 1'000'000);
    size += static_cast<size_t>(std::snprintf(text + size, sizeof text - size, ".%06d", micros));
  }
  return {text, size};
}

// As journalctl colours priorities.
std::string_view ColourOf(std::string_view level) {
  if (level == "critical" || level == "fatal" || level == "error") return "\x1b[1;31m";
  if (level == "warn") return "\x1b[1;33m";
  if (level == "debug" || level == "trace") return "\x1b[2m";
  return "";
}

// Who wrote the line: the journal's identifier, else the unit, else the service.
std::string WriterOf(const FetchedLine& line) {
  std::string_view name = line.Get("identifier");
  if (name.empty()) name = line.Get("unit");
  constexpr std::string_view kService = ".service";
  if (base::EndsWith(name, kService)) name.remove_suffix(kService.size());
  if (name.empty()) name = line.Get("service_name");
  const std::string_view pid = line.Get("pid");
  return pid.empty() ? std::string(name) : base::Concat({name, "[", pid, "]"});
}

// Whether the character that begins here is one of U+0080 to U+009F: U+009B begins what ESC [ does.
bool IsC1(std::string_view text) {
  if (text.size() < 2 || text[0] != '\xc2') return false;
  const auto second = static_cast<unsigned char>(text[1]);
  return second >= 0x80 && second <= 0x9f;
}

// Control characters, which a terminal would obey, as "\x1b".
std::string Harmless(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size(); ++at) {
    if (IsC1(text.substr(at))) ++at;
    const char c = text[at];
    const auto byte = static_cast<unsigned char>(c);
    const bool is_control = byte < 0x20 || byte == 0x7f || (at > 0 && IsC1(text.substr(at - 1)));
    if (!is_control || c == '\t' || c == '\n') {
      out += c;
      continue;
    }
    char escape[8];
    std::snprintf(escape, sizeof escape, "\\x%02x", byte);
    out += escape;
  }
  return out;
}

std::string ShortText(const FetchedLine& line, const LogsStyle& style) {
  const std::string_view colour = style.colour ? ColourOf(line.Get("detected_level")) : "";
  const std::string_view host = line.Get("host");
  const std::string writer = WriterOf(line);
  const std::string who = base::Concat({host.empty() ? "-" : host, " ", writer});
  return base::Concat({LocalTime(line.timestamp_ns, style.format), " ",
                       style.terminal ? Harmless(who) : who, ": ", colour,
                       style.terminal ? Harmless(line.line) : line.line,
                       colour.empty() ? "" : "\x1b[0m", "\n"});
}

std::string JsonText(const FetchedLine& line) {
  std::string out;
  base::JsonWriter json(&out);
  json.BeginObject().Key("timestamp").String(std::to_string(line.timestamp_ns));
  json.Key("line").String(line.line);
  for (const auto& [name, labels] :
       {std::pair<std::string_view, const LogLabels*>{"labels", &line.stream},
        {"metadata", &line.metadata}}) {
    json.Key(name).BeginObject();
    for (const auto& [key, value] : *labels) json.Key(key).String(value);
    json.EndObject();
  }
  json.EndObject();
  return out + "\n";
}

}  // namespace

std::string LogLineText(const FetchedLine& line, const LogsStyle& style) {
  if (style.format == LogsFormat::kJson) return JsonText(line);
  if (style.format != LogsFormat::kCat) return ShortText(line, style);
  return (style.terminal ? Harmless(line.line) : line.line) + "\n";
}

}  // namespace vedette::app
