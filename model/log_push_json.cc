#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "base/strings.h"
#include "model/log_push.h"
#include "model/log_push_builder.h"

namespace vedette::model {
namespace {

namespace json = boost::json;

constexpr size_t kMaxDepth = 8;

// Each takes 24 bytes and more while it is read, whatever few it has in the text. An entry has
// four, and two for each pair of its metadata.
constexpr size_t kMaxValues = 4'000'000;

// How many values a text has at most: one a comma and one a bracket, outside strings.
size_t CountValues(std::string_view text) {
  size_t count = 1;
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == ',' || c == '[' || c == '{') ++count;
    if (c != '"') continue;
    size_t end = at + 1;
    while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
    at = end;
  }
  return count;
}

// Of "\\ud83d" and the like at `at`: its number; nothing elsewhere.
std::optional<uint32_t> SurrogateAt(std::string_view text, size_t at) {
  constexpr size_t kDigits = 4;
  if (text.substr(at, 2) != "\\u" || at + 2 + kDigits > text.size()) return std::nullopt;
  uint32_t code = 0;
  const char* const digits = text.data() + at + 2;
  const auto read = std::from_chars(digits, digits + kDigits, code, 16);
  if (read.ptr != digits + kDigits || code < 0xd800 || code > 0xdfff) return std::nullopt;
  return code;
}

// Makes of each half of a surrogate pair that stands alone a U+FFFD, as Go's readers do: one such
// line is not to cost its push. Nothing: there is none.
std::optional<std::string> WithoutLoneSurrogates(std::string_view text) {
  constexpr size_t kEscape = 6;
  std::optional<std::string> mended;
  for (size_t at = text.find('\\'); at < text.size(); at = text.find('\\', at)) {
    const auto code = SurrogateAt(text, at);
    if (!code) {
      at += 2;
      continue;
    }
    const auto next = SurrogateAt(text, at + kEscape);
    if (*code < 0xdc00 && next && *next >= 0xdc00) {
      at += 2 * kEscape;
      continue;
    }
    if (!mended) mended = text;
    mended->replace(at, kEscape, "\\ufffd");
    at += kEscape;
  }
  return mended;
}

base::StatusOr<json::value> ParseBody(std::string_view text) {
  json::parse_options options;
  options.max_depth = kMaxDepth;
  // Lines may be of any bytes; they are given back as UTF-8.
  options.allow_invalid_utf8 = true;
  json::parser parser({}, options);
  json::error_code error;
  const size_t read = parser.write_some(text.data(), text.size(), error);
  const bool all = base::Trim(text.substr(read)).empty();
  if (!error && !all) error = json::error::extra_data;
  if (!error) return parser.release();
  return base::InvalidArgument(
      base::Concat({"push request: ", error.message(), " at byte ", std::to_string(read + 1)}));
}

std::string_view ToStd(const json::string& text) { return {text.data(), text.size()}; }
std::string_view ToStd(json::string_view text) { return {text.data(), text.size()}; }

base::Status Expected(std::string_view where, std::string_view what) {
  return base::InvalidArgument(base::Concat({"push request: ", where, " must be ", what}));
}

// What Prometheus' parser, by which Loki reads labels, says of the first name that is none in
// {a="b", ...}. It stops at a character; where it would not, the name itself is told.
std::string BadNameText(std::vector<std::pair<std::string_view, std::string_view>> pairs) {
  std::sort(pairs.begin(), pairs.end());
  size_t column = 2;
  for (const auto& [name, value] : pairs) {
    if (IsLegacyLabelName(name)) {
      column += name.size() + base::GoQuote(value).size() + 3;
      continue;
    }
    size_t at = 1;
    while (at <= name.size() && IsLegacyLabelName(name.substr(0, at))) ++at;
    const char bad = at <= name.size() ? name[at - 1] : ' ';
    if (bad > ' ' && bad < '\x7f' && !std::strchr(",=!~{}\"'`#", bad)) {
      return base::Concat({"1:", std::to_string(column + at - 1),
                           ": parse error: unexpected character inside braces: '",
                           std::string_view(&bad, 1), "'"});
    }
    return base::Concat(
        {"label name ", base::GoQuote(name), " is not of the form [a-zA-Z_][a-zA-Z0-9_]*"});
  }
  return {};
}

base::StatusOr<Labels> ReadStreamLabels(const json::value* value) {
  if (value == nullptr || !value->is_object()) {
    return Expected("streams[].stream", "an object of strings");
  }
  std::vector<std::pair<std::string_view, std::string_view>> pairs;
  bool bad = false;
  for (const auto& [name, label] : value->get_object()) {
    if (!label.is_string()) return Expected("streams[].stream", "an object of strings");
    if (!base::IsValidUtf8(ToStd(label.get_string()))) {
      return base::InvalidArgument(
          base::Concat({"couldn't parse labels: the value of ", base::GoQuote(ToStd(name)),
                        " is not valid UTF-8"}));
    }
    bad = bad || !IsLegacyLabelName(ToStd(name));
    pairs.emplace_back(ToStd(name), ToStd(label.get_string()));
  }
  if (bad) {
    return base::InvalidArgument(base::Concat({"couldn't parse labels: ", BadNameText(pairs)}));
  }
  return Labels::FromViews(std::move(pairs));
}

base::Status ReadMetadata(const json::value& value, LogPushBuilder::Pairs* out) {
  if (!value.is_object()) return Expected("streams[].values[][2]", "an object of strings");
  for (const auto& [name, data] : value.get_object()) {
    if (!data.is_string()) return Expected("streams[].values[][2]", "an object of strings");
    out->emplace_back(ToStd(name), ToStd(data.get_string()));
  }
  return {};
}

base::Status ReadEntry(const json::value& value, LogPushBuilder* builder) {
  constexpr std::string_view kShape = "[\"NANOSECONDS\", \"LINE\"] or with an object after them";
  if (!value.is_array()) return Expected("streams[].values[]", kShape);
  const json::array& parts = value.get_array();
  if (parts.size() < 2 || parts.size() > 3 || !parts[0].is_string() || !parts[1].is_string()) {
    return Expected("streams[].values[]", kShape);
  }
  const auto timestamp = base::ParseInt(ToStd(parts[0].get_string()));
  if (!timestamp) return Expected("streams[].values[][0]", "nanoseconds as a decimal string");
  LogPushBuilder::Pairs metadata;
  if (parts.size() == 3) VEDETTE_RETURN_IF_ERROR(ReadMetadata(parts[2], &metadata));
  return builder->AddEntry(*timestamp, ToStd(parts[1].get_string()), metadata);
}

base::Status ReadStream(const json::value& value, LogPushBuilder* builder) {
  if (!value.is_object()) return Expected("streams[]", "an object");
  VEDETTE_RETURN_IF_ERROR(
      builder->BeginStream(ReadStreamLabels(value.get_object().if_contains("stream"))));
  const json::value* values = value.get_object().if_contains("values");
  if (values == nullptr || !values->is_array()) return Expected("streams[].values", "an array");
  for (const json::value& entry : values->get_array()) {
    VEDETTE_RETURN_IF_ERROR(ReadEntry(entry, builder));
  }
  return {};
}

}  // namespace

base::StatusOr<LogPush> DecodeLogPushJson(std::string_view text, const LogPushLimits& limits,
                                          LogPushRefusals* refused) {
  if (CountValues(text) > kMaxValues) {
    return base::ResourceExhausted(
        base::Concat({"push request: has more JSON values than ", std::to_string(kMaxValues)}));
  }
  const std::optional<std::string> mended = WithoutLoneSurrogates(text);
  VEDETTE_ASSIGN_OR_RETURN(const json::value root, ParseBody(mended ? *mended : text));
  if (!root.is_object()) return Expected("the body", "an object");
  const json::value* streams = root.get_object().if_contains("streams");
  if (streams == nullptr || !streams->is_array()) return Expected("streams", "an array");
  LogPushBuilder builder(limits, refused);
  for (const json::value& stream : streams->get_array()) {
    VEDETTE_RETURN_IF_ERROR(ReadStream(stream, &builder));
  }
  return builder.Take();
}

}  // namespace vedette::model
