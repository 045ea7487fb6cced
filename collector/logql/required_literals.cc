#include "collector/logql/required_literals.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

#include "collector/logql/parse/line_pattern.h"

namespace vedette::logql {
namespace {

// Of a byte that is no character RE2 sees only this, so the line need not contain it.
constexpr std::string_view kReplacement = "\xef\xbf\xbd";

// Collects the literals of one alternative of a regex.
class LiteralRun {
 public:
  void Add(char c) { run_.push_back(c); }
  void End() {
    if (!run_.empty() && run_.find(kReplacement) == std::string::npos) found_.push_back(run_);
    run_.clear();
  }
  // The last character may be missing or repeat: it ends the run, and is kept only if it must be.
  void Repeat(bool needed) {
    if (!needed) {
      while (!run_.empty() && (run_.back() & 0xc0) == 0x80) run_.pop_back();
      if (!run_.empty()) run_.pop_back();
    }
    End();
  }
  std::vector<std::string> Take() {
    End();
    return std::exchange(found_, {});
  }

 private:
  std::string run_;
  std::vector<std::string> found_;
};

size_t EndOfClass(std::string_view pattern, size_t i) {
  ++i;
  if (i < pattern.size() && pattern[i] == '^') ++i;
  if (i < pattern.size() && pattern[i] == ']') ++i;
  for (; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      ++i;
    } else if (pattern.substr(i, 2) == "[:") {
      i = std::min(pattern.find(":]", i), pattern.size() - 2) + 1;
    } else if (pattern[i] == ']') {
      return i;
    }
  }
  return std::string_view::npos;
}

size_t EndOfGroup(std::string_view pattern, size_t i) {
  int depth = 0;
  for (; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      ++i;
    } else if (pattern[i] == '[') {
      i = EndOfClass(pattern, i);
      if (i == std::string_view::npos) return i;
    } else if (pattern[i] == '(') {
      ++depth;
    } else if (pattern[i] == ')' && --depth == 0) {
      return i;
    }
  }
  return std::string_view::npos;
}

// The literals of each alternative, or nothing when the pattern has something not followed here.
std::optional<std::vector<std::vector<std::string>>> Alternatives(std::string_view pattern) {
  constexpr std::string_view kClassEscapes = "dDwWsSbBAz";
  std::vector<std::vector<std::string>> alternatives;
  LiteralRun run;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '|') {
      alternatives.push_back(run.Take());
    } else if (c == '\\') {
      if (++i == pattern.size()) return std::nullopt;
      const auto escaped = static_cast<unsigned char>(pattern[i]);
      if (kClassEscapes.find(pattern[i]) != std::string_view::npos) {
        run.End();
      } else if (escaped >= 0x80 || std::isalnum(escaped)) {
        return std::nullopt;
      } else {
        run.Add(pattern[i]);
      }
    } else if (c == '[' || c == '(') {
      if (pattern.substr(i, 2) == "(?" && pattern.substr(i, 3) != "(?:") return std::nullopt;
      run.End();
      i = c == '[' ? EndOfClass(pattern, i) : EndOfGroup(pattern, i);
      if (i == std::string_view::npos) return std::nullopt;
    } else if (c == '*' || c == '?' || c == '{' || c == '+') {
      run.Repeat(c == '+');
      // Only a count is skipped: what follows any other brace may be an alternative.
      if (c == '{') {
        const size_t end = pattern.find_first_not_of("0123456789,", i + 1);
        if (end != std::string_view::npos && pattern[end] == '}') i = end;
      }
    } else if (c == '.' || c == '^' || c == '$') {
      run.End();
    } else {
      run.Add(c);
    }
  }
  alternatives.push_back(run.Take());
  return alternatives;
}

const std::string* Longest(const std::vector<std::string>& literals) {
  const auto longest =
      std::max_element(literals.begin(), literals.end(),
                       [](const auto& a, const auto& b) { return a.size() < b.size(); });
  return longest == literals.end() ? nullptr : &*longest;
}

// One literal of each, or nothing when one of them needs none.
std::vector<std::string> AnyOf(const std::vector<std::vector<std::string>>& alternatives) {
  std::vector<std::string> clause;
  for (const std::vector<std::string>& literals : alternatives) {
    const std::string* const longest = Longest(literals);
    if (longest == nullptr) return {};
    clause.push_back(*longest);
  }
  return clause;
}

// What one operand's alternatives need, each; one that needs nothing where it is not known.
std::vector<std::vector<std::string>> AlternativesOf(LineFilterOp op,
                                                     const LineFilterStage::Operand& operand) {
  if (operand.ip) return {std::vector<std::string>()};
  if (op == LineFilterOp::kContains) {
    if (operand.text.empty()) return {std::vector<std::string>()};
    return {std::vector{operand.text}};
  }
  if (op == LineFilterOp::kRegex) {
    auto alternatives = Alternatives(operand.text);
    if (!alternatives) return {std::vector<std::string>()};
    return *std::move(alternatives);
  }
  std::vector<std::string> literals;
  for (const PatternPiece& piece : ParseLinePattern(operand.text)) {
    if (!piece.capture) literals.push_back(piece.text);
  }
  return {literals};
}

std::vector<std::vector<std::string>> AlternativesOf(const LineFilterStage& stage) {
  std::vector<std::vector<std::string>> all;
  for (const LineFilterStage::Operand& operand : stage.operands) {
    auto alternatives = AlternativesOf(stage.op, operand);
    std::move(alternatives.begin(), alternatives.end(), std::back_inserter(all));
  }
  return all;
}

void AddClauses(const std::vector<std::vector<std::string>>& alternatives, RequiredLiterals* out) {
  if (alternatives.size() == 1) {
    for (const std::string& literal : alternatives[0]) out->push_back({literal});
  } else if (std::vector<std::string> clause = AnyOf(alternatives); !clause.empty()) {
    out->push_back(std::move(clause));
  }
}

}  // namespace

RequiredLiterals LiteralsOfRegex(std::string_view pattern) {
  RequiredLiterals literals;
  if (const auto alternatives = Alternatives(pattern)) AddClauses(*alternatives, &literals);
  return literals;
}

RequiredLiterals LiteralsOfQuery(const LogQuery& log) {
  RequiredLiterals literals;
  for (const Stage& stage : log.stages) {
    if (const auto* filter = std::get_if<LineFilterStage>(&stage)) {
      const bool positive = filter->op == LineFilterOp::kContains ||
                            filter->op == LineFilterOp::kRegex ||
                            filter->op == LineFilterOp::kPattern;
      if (positive) AddClauses(AlternativesOf(*filter), &literals);
      continue;
    }
    const bool changes_line = std::holds_alternative<LineFormatStage>(stage) ||
                              std::holds_alternative<UnpackStage>(stage) ||
                              std::holds_alternative<DecolorizeStage>(stage);
    if (changes_line) break;
  }
  return literals;
}

}  // namespace vedette::logql
