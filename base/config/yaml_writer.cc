#include "base/config/yaml_writer.h"

#include <algorithm>
#include <array>

#include "base/number_text.h"
#include "base/strings.h"

namespace vedette::base::config {
namespace {

// Words and numbers that YAML 1.1 or 1.2 would read as something else than text.
bool ReadsAsOther(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kWords = {
      "null", "~", "true", "false", "yes", "no", "on", "off", "y", "n", "<<", "="};
  const std::string lower = ToLowerAscii(text);
  if (std::find(kWords.begin(), kWords.end(), lower) != kWords.end()) return true;
  return ParseDouble(text).has_value() || EndsWith(lower, ".nan") || EndsWith(lower, ".inf") ||
         StartsWith(lower, "0x") || StartsWith(lower, "0b") || StartsWith(lower, "0o");
}

bool NeedsQuotes(std::string_view text) {
  static constexpr std::string_view kIndicators = "-?:,[]{}#&*!|>'\"%@`";
  const char first = text.front();
  const bool lone = text.size() == 1 || text[1] == ' ';
  if (kIndicators.find(first) != std::string_view::npos) {
    // These three begin plain text where more of it follows.
    if ((first != '-' && first != '?' && first != ':') || lone) return true;
  }
  return first == ' ' || text.back() == ' ' || text.back() == ':' ||
         text.find(": ") != std::string_view::npos || text.find(" #") != std::string_view::npos ||
         StartsWith(text, "---") || StartsWith(text, "...");
}

// Nothing but quotes and backslashes has to be escaped.
bool IsPrintable(std::string_view text) {
  const auto escapes =
      std::count_if(text.begin(), text.end(), [](char c) { return c == '"' || c == '\\'; });
  return GoQuote(text).size() == text.size() + 2 + static_cast<size_t>(escapes);
}

// 10MiB, 1KiB512B: as alecthomas/units writes sizes.
std::string SizeText(uint64_t bytes) {
  static constexpr std::array<std::string_view, 7> kUnits = {"EiB", "PiB", "TiB", "GiB",
                                                             "MiB", "KiB", "B"};
  std::string out;
  for (size_t i = 0; i < kUnits.size(); ++i) {
    const uint64_t unit = uint64_t{1} << (10 * (kUnits.size() - 1 - i));
    if (bytes >= unit) out += Concat({std::to_string(bytes / unit), kUnits[i]});
    bytes %= unit;
  }
  return out;
}

}  // namespace

std::string YamlScalar(std::string_view text, bool flow) {
  if (text.empty() || !IsPrintable(text) || ReadsAsOther(text)) return GoQuote(text);
  if (!NeedsQuotes(text) && !(flow && text.find_first_of(",[]{}") != std::string_view::npos)) {
    return std::string(text);
  }
  std::string out = "'";
  for (const char c : text) out.append(c == '\'' ? 2 : 1, c);
  return out + "'";
}

void YamlWriter::Double(std::string_view key, double value) {
  std::string text;
  AppendFloatG(value, &text);
  Line(key, text);
}

void YamlWriter::Duration(std::string_view key, int64_t ms) { Line(key, FormatDurationMs(ms)); }

void YamlWriter::BytesIfAny(std::string_view key, uint64_t bytes) {
  if (bytes != 0) Line(key, SizeText(bytes));
}

void YamlWriter::List(std::string_view key, const std::vector<std::string>& items) {
  if (items.empty()) return Line(key, "[]");
  Line(key, "");
  for (const std::string& item : items) {
    out_.append(2 * depth_, ' ').append("- ").append(YamlScalar(item)).push_back('\n');
  }
}

void YamlWriter::FlowListIfAny(std::string_view key, const std::vector<std::string>& items) {
  if (items.empty()) return;
  std::vector<std::string> texts;
  for (const std::string& item : items) texts.push_back(YamlScalar(item, true));
  Line(key, Concat({"[", Join(texts, ", "), "]"}));
}

void YamlWriter::Pairs(std::string_view key,
                       std::vector<std::pair<std::string, std::string>> pairs) {
  if (pairs.empty()) return;
  std::sort(pairs.begin(), pairs.end());
  Map(key);
  for (const auto& [name, value] : pairs) Text(YamlScalar(name), value);
  End();
}

void YamlWriter::Lists(std::string_view key,
                       std::vector<std::pair<std::string, std::vector<std::string>>> lists) {
  if (lists.empty()) return;
  std::sort(lists.begin(), lists.end());
  Map(key);
  for (const auto& [name, values] : lists) List(YamlScalar(name), values);
  End();
}

void YamlWriter::Line(std::string_view key, std::string_view value) {
  const size_t depth = dash_ ? depth_ - 1 : depth_;
  out_.append(2 * depth, ' ').append(std::exchange(dash_, false) ? "- " : "");
  out_.append(key).append(value.empty() ? ":" : ": ").append(value).push_back('\n');
}

}  // namespace vedette::base::config
