#include "exporters/caddy/access_line.h"

#include <simdjson.h>

#include <algorithm>

#include "base/strings.h"

namespace vedette::exporters::caddy {
namespace {

namespace dom = simdjson::dom;

constexpr std::string_view kLogger = "http.log.access";
constexpr size_t kMaxHostBytes = 253;
constexpr const char* kMethods[] = {"GET",    "HEAD",    "POST",    "PUT",  "PATCH",
                                    "DELETE", "CONNECT", "OPTIONS", "TRACE"};

bool IsHostByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' ||
         c == ':';
}

double NumberAt(const dom::object& object, std::string_view key) {
  double value = 0;
  return object.at_key(key).get(value) == simdjson::SUCCESS && value > 0 ? value : 0;
}

std::string_view TextAt(const dom::object& object, std::string_view key) {
  std::string_view text;
  return object.at_key(key).get(text) == simdjson::SUCCESS ? text : std::string_view();
}

std::string CleanMethod(std::string_view method) {
  for (const char* known : kMethods) {
    if (base::EqualsIgnoreCase(method, known)) return known;
  }
  return "OTHER";
}

bool IsAccessLogger(std::string_view name) {
  return base::StartsWith(name, kLogger) &&
         (name.size() == kLogger.size() || name[kLogger.size()] == '.');
}

void Fill(const dom::object& line, const dom::object& request, AccessEntry* entry) {
  entry->host = CleanHost(TextAt(request, "host"));
  entry->method = CleanMethod(TextAt(request, "method"));
  int64_t status = 0;
  const bool has_status = line.at_key("status").get(status) == simdjson::SUCCESS;
  entry->status = has_status && status >= 100 && status <= 599 ? static_cast<int>(status) : 0;
  entry->unix_seconds = NumberAt(line, "ts");
  double duration = 0;
  entry->duration_seconds.reset();
  if (line.at_key("duration").get(duration) == simdjson::SUCCESS && duration >= 0) {
    entry->duration_seconds = duration;
  }
  entry->response_bytes = NumberAt(line, "size");
  entry->request_bytes = NumberAt(line, "bytes_read");
}

}  // namespace

AccessLineReader::AccessLineReader() : parser_(std::make_unique<dom::parser>()) {}
AccessLineReader::~AccessLineReader() = default;

LineKind AccessLineReader::Read(std::string_view line, AccessEntry* entry) {
  const std::string_view json = base::Trim(line);
  if (json.empty() || json.front() != '{') return LineKind::kMalformed;
  // Most lines of a mixed log are told apart without being parsed.
  if (json.find(kLogger) == std::string_view::npos) return LineKind::kOther;
  padded_.assign(json);
  padded_.resize(json.size() + simdjson::SIMDJSON_PADDING);
  dom::object object;
  if (parser_->parse(padded_.data(), json.size(), false).get(object) != simdjson::SUCCESS) {
    return LineKind::kMalformed;
  }
  if (!IsAccessLogger(TextAt(object, "logger"))) return LineKind::kOther;
  dom::object request;
  if (object.at_key("request").get(request) != simdjson::SUCCESS) return LineKind::kMalformed;
  Fill(object, request, entry);
  return LineKind::kRequest;
}

std::string CleanHost(std::string_view host) {
  std::string clean = base::ToLowerAscii(host);
  const size_t colon = clean.rfind(':');
  const size_t bracket = clean.rfind(']');
  if (colon != std::string::npos && (bracket == std::string::npos || bracket < colon)) {
    // A bare IPv6 address has more than one.
    if (bracket != std::string::npos || clean.find(':') == colon) clean.resize(colon);
  }
  if (clean.size() > 1 && clean.front() == '[' && clean.back() == ']') {
    clean = clean.substr(1, clean.size() - 2);
  }
  while (!clean.empty() && clean.back() == '.') clean.pop_back();
  const bool is_valid = !clean.empty() && clean.size() <= kMaxHostBytes &&
                        std::all_of(clean.begin(), clean.end(), IsHostByte);
  return is_valid ? clean : "";
}

}  // namespace vedette::exporters::caddy
