#include "exporters/node/text_scan.h"

#include <algorithm>
#include <charconv>

#include "base/strings.h"

namespace vedette::exporters::node {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t'; }

}  // namespace

bool LineScanner::Next(std::string_view* line) {
  if (rest_.empty()) return false;
  const size_t end = std::min(rest_.find('\n'), rest_.size());
  *line = rest_.substr(0, end);
  rest_.remove_prefix(std::min(end + 1, rest_.size()));
  return true;
}

bool FieldScanner::Next(std::string_view* field) {
  const char* begin = rest_.data();
  const char* const end = begin + rest_.size();
  while (begin != end && IsBlank(*begin)) ++begin;
  if (begin == end) return false;
  const char* stop = begin;
  while (stop != end && !IsBlank(*stop)) ++stop;
  *field = std::string_view(begin, static_cast<size_t>(stop - begin));
  rest_ = std::string_view(stop, static_cast<size_t>(end - stop));
  return true;
}

bool FieldScanner::NextUint(uint64_t* number) {
  std::string_view field;
  if (!Next(&field)) return false;
  const std::optional<uint64_t> value = base::ParseUint(field);
  if (value) *number = *value;
  return value.has_value();
}

void SplitFields(std::string_view line, std::vector<std::string_view>* fields) {
  fields->clear();
  FieldScanner scanner(line);
  std::string_view field;
  while (scanner.Next(&field)) fields->push_back(field);
}

std::optional<uint64_t> ParseHex(std::string_view text) {
  if (base::StartsWith(text, "0x")) text.remove_prefix(2);
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool ParseHexFields(std::string_view line, std::vector<uint64_t>* numbers) {
  numbers->clear();
  FieldScanner fields(line);
  std::string_view field;
  while (fields.Next(&field)) {
    const std::optional<uint64_t> value = ParseHex(field);
    if (!value) return false;
    numbers->push_back(*value);
  }
  return true;
}

}  // namespace vedette::exporters::node
