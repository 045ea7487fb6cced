// Pipelines: declarations, commands, operands.
#include <charconv>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "base/template/parser.h"

namespace vedette::base::tmpl {
namespace {

using Kind = Token::Kind;

// Messages show the first 20 bytes of a node; no need to keep long ones.
constexpr size_t kMaxShownBytes = 64;

// The integer of a Go literal (decimal, 0x, 0o, 0b, '_' between digits), or nothing.
std::optional<int64_t> ParseGoInt(std::string_view text) {
  bool negative = false;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  int base = 10;
  const std::string prefix = ToLowerAscii(text.substr(0, 2));
  if (prefix == "0x") base = 16;
  if (prefix == "0o") base = 8;
  if (prefix == "0b") base = 2;
  if (base != 10) text.remove_prefix(2);
  std::string digits;
  for (const char c : text) {
    if (c != '_') digits.push_back(c);
  }
  uint64_t value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  if (value > static_cast<uint64_t>(INT64_MAX)) return std::nullopt;
  return negative ? -static_cast<int64_t>(value) : static_cast<int64_t>(value);
}

// Only digits, point, exponent: words like "infinity" are no numbers of the language.
bool LooksLikeFloat(std::string_view text) {
  return text.find_first_not_of("0123456789.eE+-") == std::string_view::npos;
}

}  // namespace

std::string Command::Text() const {
  std::string out;
  for (const Operand& word : words) {
    if (out.size() > kMaxShownBytes) break;
    if (!out.empty()) out.push_back(' ');
    out += word.text.substr(0, kMaxShownBytes);
  }
  return out;
}

bool Parser::KnowsVariable(std::string_view name) const {
  for (const std::string& known : variables_) {
    if (known == name) return true;
  }
  return false;
}

// `$x :=`, `$x =` and in range `$i, $x :=`; nothing when none stands here.
Status Parser::ParseDeclaration(std::string_view context, bool range, Pipe* pipe) {
  const size_t rewind = at_;
  std::vector<std::string> names;
  while (PeekNonSpace().kind == Kind::kVariable) {
    const Token variable = Next();
    names.push_back(variable.text);
    const Kind next = PeekNonSpace().kind;
    if (next == Kind::kComma && range && names.size() == 1) {
      Next();
      continue;
    }
    if (next != Kind::kDeclare && next != Kind::kAssign) break;
    pipe->assigns = Next().kind == Kind::kAssign;
    for (const std::string& name : names) {
      if (pipe->assigns && !KnowsVariable(name)) {
        return Fail(variable.position, "undefined variable " + GoQuote(name));
      }
    }
    pipe->variables = std::move(names);
    return absl::OkStatus();
  }
  if (names.size() > 1)
    return Fail(Peek().position, Concat({"too many declarations in ", context}));
  at_ = rewind;
  return absl::OkStatus();
}

Status Parser::ParsePipe(std::string_view context, Token::Kind end, bool range, Pipe* pipe) {
  pipe->position = PeekNonSpace().position;
  VEDETTE_RETURN_IF_ERROR(ParseDeclaration(context, range, pipe));
  while (true) {
    const Token token = PeekNonSpace();
    if (token.kind == end) {
      if (pipe->commands.empty())
        return Fail(token.position, Concat({"missing value for ", context}));
      break;
    }
    Command command;
    VEDETTE_RETURN_IF_ERROR(ParseCommand(&command));
    pipe->commands.push_back(std::move(command));
    if (PeekNonSpace().kind == Kind::kPipe) {
      Next();
      if (PeekNonSpace().kind == end)
        return Fail(Peek().position, Concat({"missing value for ", context}));
    } else if (Peek().kind != end) {
      return Unexpected(Peek(), context);
    }
  }
  Next();
  // Only the first command of a pipeline may be a plain value: nothing can be piped into one.
  for (size_t i = 1; i < pipe->commands.size(); ++i) {
    const Operand& first = pipe->commands[i].words.front();
    if (first.kind == Operand::Kind::kConstant || first.kind == Operand::Kind::kDot ||
        first.kind == Operand::Kind::kNil) {
      return Fail(first.position,
                  "non executable command in pipeline stage " + std::to_string(i + 1));
    }
  }
  if (!pipe->assigns) {
    variables_.insert(variables_.end(), pipe->variables.begin(), pipe->variables.end());
  }
  return absl::OkStatus();
}

Status Parser::ParseCommand(Command* command) {
  command->position = PeekNonSpace().position;
  while (true) {
    Operand operand;
    VEDETTE_RETURN_IF_ERROR(ParseOperand(&operand));
    command->words.push_back(std::move(operand));
    const Kind next = Peek().kind;
    if (next != Kind::kSpace) {
      if (next == Kind::kClose || next == Kind::kCloseParen || next == Kind::kPipe) break;
      return Unexpected(Peek(), "operand");
    }
    const Kind after = PeekNonSpace().kind;
    if (after == Kind::kClose || after == Kind::kCloseParen || after == Kind::kPipe) break;
  }
  return absl::OkStatus();
}

Status Parser::ParseNumber(const Token& token, Operand* operand) {
  operand->kind = Operand::Kind::kConstant;
  operand->text = token.text;
  if (const auto integer = ParseGoInt(token.text)) {
    operand->constant = Value(*integer);
    return absl::OkStatus();
  }
  const auto number = LooksLikeFloat(token.text) ? ParseDouble(token.text) : std::nullopt;
  if (!number || !std::isfinite(*number)) {
    return Fail(token.position, "bad number syntax: " + GoQuote(token.text));
  }
  operand->constant = Value(*number);
  return absl::OkStatus();
}

// (pipeline)
Status Parser::ParseParenthesised(Operand* operand) {
  const Nesting nesting(this);
  VEDETTE_RETURN_IF_ERROR(nesting.Check(operand->position));
  Pipe pipe;
  VEDETTE_RETURN_IF_ERROR(ParsePipe("parenthesized pipeline", Kind::kCloseParen, false, &pipe));
  operand->kind = Operand::Kind::kPipe;
  operand->text = "(";
  for (const Command& command : pipe.commands) {
    if (operand->text.size() > 1) operand->text += " | ";
    if (operand->text.size() < kMaxShownBytes) operand->text += command.Text();
  }
  operand->text += ")";
  operand->pipe = std::make_shared<const Pipe>(std::move(pipe));
  return absl::OkStatus();
}

// true, false, nil or the name of a function.
Status Parser::ParseWord(const Token& token, Operand* operand) {
  operand->text = token.text;
  if (token.text == "true" || token.text == "false") {
    operand->kind = Operand::Kind::kConstant;
    operand->constant = Value(token.text == "true");
    return absl::OkStatus();
  }
  if (token.text == "nil") {
    operand->kind = Operand::Kind::kNil;
    return absl::OkStatus();
  }
  if (IsKeyword(token.text)) return Unexpected(token, "operand");
  if (parsed_->functions.find(token.text) == parsed_->functions.end()) {
    return Fail(token.position, "function " + GoQuote(token.text) + " not defined");
  }
  operand->kind = Operand::Kind::kFunction;
  operand->name = token.text;
  return absl::OkStatus();
}

Status Parser::ParseTerm(const Token& token, Operand* operand) {
  operand->position = token.position;
  switch (token.kind) {
    case Kind::kNumber:
      return ParseNumber(token, operand);
    case Kind::kString:
      operand->kind = Operand::Kind::kConstant;
      operand->constant = Value(token.text);
      operand->text = GoQuote(token.text);
      return absl::OkStatus();
    case Kind::kChar:
      if (token.text.empty()) return Fail(token.position, "empty character constant");
      operand->kind = Operand::Kind::kConstant;
      operand->constant = Value(static_cast<int64_t>(static_cast<unsigned char>(token.text[0])));
      operand->text = "'" + token.text + "'";
      return absl::OkStatus();
    case Kind::kDot:
      operand->kind = Operand::Kind::kDot;
      operand->text = ".";
      return absl::OkStatus();
    case Kind::kField:
      operand->kind = Operand::Kind::kField;
      operand->fields.push_back(token.text);
      operand->text = "." + token.text;
      return absl::OkStatus();
    case Kind::kVariable:
      if (!KnowsVariable(token.text)) {
        return Fail(token.position, "undefined variable " + GoQuote(token.text));
      }
      operand->kind = Operand::Kind::kVariable;
      operand->name = operand->text = token.text;
      return absl::OkStatus();
    case Kind::kOpenParen:
      return ParseParenthesised(operand);
    case Kind::kWord:
      return ParseWord(token, operand);
    default:
      return Unexpected(token, "operand");
  }
}

// A term and the fields behind it.
Status Parser::ParseOperand(Operand* operand) {
  VEDETTE_RETURN_IF_ERROR(ParseTerm(Next(), operand));
  bool chained = false;
  while (Peek().kind == Kind::kField) {
    const Token field = Next();
    if (operand->kind == Operand::Kind::kConstant || operand->kind == Operand::Kind::kNil) {
      return Fail(field.position, Concat({"unexpected . after term ", GoQuote(operand->text)}));
    }
    // Go reports what goes wrong in a chain of fields at the first that is added to the term.
    if (!chained) operand->position = field.position;
    chained = true;
    operand->fields.push_back(field.text);
    operand->text += "." + field.text;
  }
  return absl::OkStatus();
}

}  // namespace vedette::base::tmpl
