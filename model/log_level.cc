#include "model/log_level.h"

#include <array>
#include <iterator>
#include <string>

#include "base/strings.h"

namespace vedette::model {
namespace {

struct Spelling {
  std::string_view word;
  std::string_view level;
};

constexpr std::array<Spelling, 14> kSpellings = {{
    {"trace", "trace"},
    {"trc", "trace"},
    {"debug", "debug"},
    {"dbg", "debug"},
    {"info", "info"},
    {"inf", "info"},
    {"information", "info"},
    {"warn", "warn"},
    {"wrn", "warn"},
    {"warning", "warn"},
    {"error", "error"},
    {"err", "error"},
    {"critical", "critical"},
    {"fatal", "fatal"},
}};

// The words looked for in free text; of two that begin at one place the longer is meant.
constexpr std::array<Spelling, 9> kTextWords = {{
    {"trace", "trace"},
    {"debug", "debug"},
    {"fatal", "fatal"},
    {"critical", "critical"},
    {"error", "error"},
    {"err", "error"},
    {"warning", "warn"},
    {"warn", "warn"},
    {"info", "info"},
}};

constexpr std::string_view kBefore = " \t\n\r[({\"'=|";
constexpr std::string_view kAfter = " \t\n\r])}\"'=|:,!";

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool WordAt(std::string_view text, size_t at, std::string_view word) {
  if (text.size() - at < word.size()) return false;
  for (size_t i = 0; i < word.size(); ++i) {
    if (Lower(text[at + i]) != word[i]) return false;
  }
  const size_t end = at + word.size();
  return end == text.size() || kAfter.find(text[end]) != std::string_view::npos;
}

bool MayBegin(std::string_view text, size_t at) {
  return at == 0 || kBefore.find(text[at - 1]) != std::string_view::npos;
}

std::string_view LevelInText(std::string_view text) {
  for (size_t at = 0; at < text.size(); ++at) {
    if (!MayBegin(text, at)) continue;
    for (const Spelling& spelling : kTextWords) {
      if (WordAt(text, at, spelling.word)) return spelling.level;
    }
  }
  return {};
}

bool LooksLikeJson(std::string_view line) {
  return !line.empty() && line.front() == '{' && line.back() == '}';
}

// OpenTelemetry's severity numbers: four a level, from trace to fatal.
std::string_view LevelOfSeverityNumber(std::string_view text) {
  constexpr std::string_view kLevels[] = {"trace", "debug", "info", "warn", "error", "fatal"};
  const std::optional<uint64_t> number = base::ParseUint(text);
  if (!number || *number == 0 || *number > 4 * std::size(kLevels)) return {};
  return kLevels[(*number - 1) / 4];
}

}  // namespace

std::string_view NormaliseLevel(std::string_view word) {
  for (const Spelling& spelling : kSpellings) {
    if (base::EqualsIgnoreCase(word, spelling.word)) return spelling.level;
  }
  return {};
}

std::string_view LevelOfLine(std::string_view line) {
  std::optional<std::string_view> field;
  if (LooksLikeJson(line)) {
    field = JsonLevelField(line);
  } else if (line.find('=') != std::string_view::npos) {
    field = LogfmtLevelField(line);
  }
  if (field) {
    const std::string_view level = NormaliseLevel(*field);
    if (!level.empty()) return level;
  }
  return LevelInText(line);
}

std::string_view DetectLevel(const Labels& stream, const LogEntry& entry) {
  if (const std::string_view level = LevelOfLabels(stream); !level.empty()) return level;
  if (const std::string_view level = LevelOfLabels(entry.metadata); !level.empty()) return level;
  if (const std::string_view number = entry.metadata.Get("severity_number"); !number.empty()) {
    return LevelOfSeverityNumber(number);
  }
  return LevelOfLine(entry.line);
}

std::string_view LevelOfPriority(std::string_view priority) {
  if (priority.size() != 1) return {};
  switch (priority[0]) {
    case '0':
    case '1':
    case '2':
      return "critical";
    case '3':
      return "error";
    case '4':
      return "warn";
    case '5':
    case '6':
      return "info";
    case '7':
      return "debug";
    default:
      return {};
  }
}

}  // namespace vedette::model
