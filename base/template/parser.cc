#include "base/template/parser.h"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/strings.h"

namespace vedette::base::tmpl {
namespace {

using Kind = Token::Kind;

constexpr std::array<std::string_view, 11> kKeywords = {"block", "break",    "continue", "define",
                                                        "else",  "end",      "if",       "range",
                                                        "nil",   "template", "with"};

// Messages show the first 20 bytes of a node; no need to keep long ones.
constexpr size_t kMaxShownBytes = 64;

bool IsKeyword(std::string_view word) {
  for (const std::string_view keyword : kKeywords) {
    if (keyword == word) return true;
  }
  return false;
}

std::string Describe(const Token& token) {
  switch (token.kind) {
    case Kind::kEnd:
      return "EOF";
    case Kind::kClose:
      return "\"}}\"";
    case Kind::kPipe:
      return "\"|\"";
    case Kind::kOpenParen:
      return "\"(\"";
    case Kind::kCloseParen:
      return "\")\"";
    case Kind::kAssign:
      return "\"=\"";
    case Kind::kDeclare:
      return "\":=\"";
    case Kind::kComma:
      return "\",\"";
    case Kind::kDot:
      return "<.>";
    case Kind::kField:
      return "<." + token.text + ">";
    case Kind::kString:
      return GoQuote(token.text);
    default:
      return "<" + token.text + ">";
  }
}

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

// Counts one level of nesting while it lives.
class Parser::Nesting {
 public:
  explicit Nesting(Parser* parser) : parser_(parser) { ++parser_->depth_; }
  ~Nesting() { --parser_->depth_; }
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;
  Status Check(size_t position) const {
    if (parser_->depth_ <= parser_->parsed_->limits.max_depth) return absl::OkStatus();
    return parser_->Fail(
        position, "nested deeper than " + std::to_string(parser_->parsed_->limits.max_depth));
  }

 private:
  Parser* const parser_;
};

Parser::Parser(Template::Parsed* parsed) : parsed_(parsed), tokens_(Tokenize(parsed->source)) {}

Status Parser::Run() {
  Stop stop = Stop::kEnd;
  VEDETTE_RETURN_IF_ERROR(ParseList(&parsed_->body, &stop));
  if (stop == Stop::kEnd) return absl::OkStatus();
  return Fail(tokens_[at_ - 1].position,
              stop == Stop::kEndAction ? "unexpected {{end}}" : "unexpected {{else}}");
}

const Token& Parser::PeekNonSpace() {
  while (Peek().kind == Kind::kSpace) ++at_;
  return Peek();
}

Token Parser::Next() {
  const Token& token = tokens_[at_];
  if (at_ + 1 < tokens_.size()) ++at_;
  return token;
}

bool Parser::PeekWord(std::string_view word) {
  const Token& token = PeekNonSpace();
  return token.kind == Kind::kWord && token.text == word;
}

Status Parser::Fail(size_t position, std::string_view what) const {
  return InvalidArgument(Concat({"template: ", parsed_->name, ":",
                                 std::to_string(LineOf(parsed_->source, position)), ": ", what}));
}

Status Parser::Unexpected(const Token& token, std::string_view context) const {
  if (token.kind == Kind::kError) return Fail(token.position, token.text);
  return Fail(token.position, Concat({"unexpected ", Describe(token), " in ", context}));
}

Status Parser::ExpectClose(std::string_view context) {
  PeekNonSpace();
  const Token token = Next();
  return token.kind == Kind::kClose ? absl::OkStatus() : Unexpected(token, context);
}

// Statements up to {{end}}, an {{else}} or the end of the source.
Status Parser::ParseList(std::vector<Statement>* out, Stop* stop) {
  while (true) {
    const Token token = Next();
    if (token.kind == Kind::kEnd) {
      *stop = Stop::kEnd;
      return absl::OkStatus();
    }
    if (token.kind == Kind::kText) {
      out->push_back({Statement::Kind::kText, token.position, token.text, {}, {}, {}});
      continue;
    }
    if (token.kind != Kind::kOpen) return Unexpected(token, "input");
    bool stopped = false;
    VEDETTE_RETURN_IF_ERROR(ParseAction(out, stop, &stopped));
    if (stopped) return absl::OkStatus();
  }
}

Status Parser::ParseAction(std::vector<Statement>* out, Stop* stop, bool* stopped) {
  const Token token = PeekNonSpace();
  if (token.kind == Kind::kWord && IsKeyword(token.text) && token.text != "nil") {
    Next();
    return ParseKeyword(token.text, token.position, out, stop, stopped);
  }
  Statement statement;
  statement.kind = Statement::Kind::kAction;
  statement.position = token.position;
  VEDETTE_RETURN_IF_ERROR(ParsePipe("command", Kind::kClose, false, &statement.pipe));
  out->push_back(std::move(statement));
  return absl::OkStatus();
}

Status Parser::ParseKeyword(const std::string& word, size_t position, std::vector<Statement>* out,
                            Stop* stop, bool* stopped) {
  if (word == "if") return ParseControl(Statement::Kind::kIf, position, out);
  if (word == "with") return ParseControl(Statement::Kind::kWith, position, out);
  if (word == "range") return ParseControl(Statement::Kind::kRange, position, out);
  if (word == "template") return ParseTemplateCall(position, out);
  if (word == "define" || word == "block") return ParseDefine(word == "block", position, out);
  if (word == "break") return ParseLoopWord(Statement::Kind::kBreak, position, out);
  if (word == "continue") return ParseLoopWord(Statement::Kind::kContinue, position, out);
  *stopped = true;
  if (word == "else") return ParseElse(stop);
  *stop = Stop::kEndAction;
  return ExpectClose("end");
}

Status Parser::ParseElse(Stop* stop) {
  for (const auto& [word, meaning] :
       {std::pair{"if", Stop::kElseIf}, std::pair{"with", Stop::kElseWith}}) {
    if (!PeekWord(word)) continue;
    Next();
    *stop = meaning;  // the pipeline follows
    return absl::OkStatus();
  }
  *stop = Stop::kElse;
  return ExpectClose("else");
}

Status Parser::ParseControl(Statement::Kind kind, size_t position, std::vector<Statement>* out) {
  const Nesting nesting(this);
  VEDETTE_RETURN_IF_ERROR(nesting.Check(position));
  Statement statement;
  statement.kind = kind;
  statement.position = position;
  const size_t scope = variables_.size();
  const bool range = kind == Statement::Kind::kRange;
  const std::string_view context = range ? "range" : kind == Statement::Kind::kIf ? "if" : "with";
  VEDETTE_RETURN_IF_ERROR(ParsePipe(context, Kind::kClose, range, &statement.pipe));
  VEDETTE_RETURN_IF_ERROR(ParseBranches(&statement));
  variables_.resize(scope);
  out->push_back(std::move(statement));
  return absl::OkStatus();
}

// The body and what follows {{else}}; `else if` and `else with` are statements of their own in it.
Status Parser::ParseBranches(Statement* statement) {
  const bool range = statement->kind == Statement::Kind::kRange;
  Stop stop = Stop::kEnd;
  const size_t scope = variables_.size();
  loops_ += range ? 1 : 0;
  const Status body = ParseList(&statement->body, &stop);
  loops_ -= range ? 1 : 0;
  VEDETTE_RETURN_IF_ERROR(body);
  variables_.resize(scope);
  const bool chained = stop == Stop::kElseIf || stop == Stop::kElseWith;
  if (chained) {
    const auto kind = stop == Stop::kElseIf ? Statement::Kind::kIf : Statement::Kind::kWith;
    if (kind != statement->kind) return Fail(tokens_[at_ - 1].position, "unexpected {{else}}");
    return ParseControl(kind, tokens_[at_ - 1].position, &statement->otherwise);
  }
  if (stop == Stop::kElse) {
    VEDETTE_RETURN_IF_ERROR(ParseList(&statement->otherwise, &stop));
    variables_.resize(scope);
    if (stop != Stop::kEndAction && stop != Stop::kEnd) {
      return Fail(tokens_[at_ - 1].position, "expected end; found {{else}}");
    }
  }
  if (stop == Stop::kEnd) return Fail(parsed_->source.size(), "unexpected EOF");
  return absl::OkStatus();
}

Status Parser::ParseName(std::string_view context, std::string* name) {
  PeekNonSpace();
  const Token token = Next();
  if (token.kind != Kind::kString) return Unexpected(token, context);
  *name = token.text;
  return absl::OkStatus();
}

Status Parser::ParseTemplateCall(size_t position, std::vector<Statement>* out) {
  Statement statement;
  statement.kind = Statement::Kind::kTemplate;
  statement.position = position;
  VEDETTE_RETURN_IF_ERROR(ParseName("template clause", &statement.text));
  if (PeekNonSpace().kind == Kind::kClose) {
    Next();
  } else {
    VEDETTE_RETURN_IF_ERROR(ParsePipe("template clause", Kind::kClose, false, &statement.pipe));
  }
  out->push_back(std::move(statement));
  return absl::OkStatus();
}

// {{define "x"}}…{{end}}, and {{block "x" .}}…{{end}} which also calls it here.
Status Parser::ParseDefine(bool block, size_t position, std::vector<Statement>* out) {
  const Nesting nesting(this);
  VEDETTE_RETURN_IF_ERROR(nesting.Check(position));
  if (!block && depth_ > 1) return Fail(position, "unexpected {{define}} inside another action");
  std::string name;
  Statement call;
  VEDETTE_RETURN_IF_ERROR(ParseName(block ? "block clause" : "define clause", &name));
  if (block) {
    VEDETTE_RETURN_IF_ERROR(ParsePipe("block clause", Kind::kClose, false, &call.pipe));
  } else {
    VEDETTE_RETURN_IF_ERROR(ExpectClose("define clause"));
  }
  std::vector<std::string> outer = std::exchange(variables_, {"$"});
  const int outer_loops = std::exchange(loops_, 0);
  Stop stop = Stop::kEnd;
  std::vector<Statement> body;
  VEDETTE_RETURN_IF_ERROR(ParseList(&body, &stop));
  if (stop != Stop::kEndAction) return Fail(position, "unexpected EOF in " + GoQuote(name));
  variables_ = std::move(outer);
  loops_ = outer_loops;
  parsed_->definitions.insert_or_assign(name, std::move(body));
  if (!block) return absl::OkStatus();
  call.kind = Statement::Kind::kTemplate;
  call.position = position;
  call.text = name;
  out->push_back(std::move(call));
  return absl::OkStatus();
}

Status Parser::ParseLoopWord(Statement::Kind kind, size_t position, std::vector<Statement>* out) {
  const std::string word = kind == Statement::Kind::kBreak ? "break" : "continue";
  if (loops_ == 0) return Fail(position, "{{" + word + "}} outside {{range}}");
  out->push_back({kind, position, {}, {}, {}, {}});
  return ExpectClose("{{" + word + "}}");
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

Status Parser::ParseOperand(Operand* operand) {
  const Token token = Next();
  operand->position = token.position;
  switch (token.kind) {
    case Kind::kNumber:
      VEDETTE_RETURN_IF_ERROR(ParseNumber(token, operand));
      break;
    case Kind::kString:
      operand->kind = Operand::Kind::kConstant;
      operand->constant = Value(token.text);
      operand->text = GoQuote(token.text);
      break;
    case Kind::kChar:
      operand->kind = Operand::Kind::kConstant;
      if (token.text.empty()) return Fail(token.position, "empty character constant");
      operand->constant = Value(static_cast<int64_t>(static_cast<unsigned char>(token.text[0])));
      operand->text = "'" + token.text + "'";
      break;
    case Kind::kDot:
      operand->kind = Operand::Kind::kDot;
      operand->text = ".";
      break;
    case Kind::kField:
      operand->kind = Operand::Kind::kField;
      operand->fields.push_back(token.text);
      operand->text = "." + token.text;
      break;
    case Kind::kVariable:
      if (!KnowsVariable(token.text)) {
        return Fail(token.position, "undefined variable " + GoQuote(token.text));
      }
      operand->kind = Operand::Kind::kVariable;
      operand->name = operand->text = token.text;
      break;
    case Kind::kOpenParen: {
      const Nesting nesting(this);
      VEDETTE_RETURN_IF_ERROR(nesting.Check(token.position));
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
      break;
    }
    case Kind::kWord:
      operand->text = token.text;
      if (token.text == "true" || token.text == "false") {
        operand->kind = Operand::Kind::kConstant;
        operand->constant = Value(token.text == "true");
      } else if (token.text == "nil") {
        operand->kind = Operand::Kind::kNil;
      } else if (IsKeyword(token.text)) {
        return Unexpected(token, "operand");
      } else {
        if (parsed_->functions.find(token.text) == parsed_->functions.end()) {
          return Fail(token.position, "function " + GoQuote(token.text) + " not defined");
        }
        operand->kind = Operand::Kind::kFunction;
        operand->name = token.text;
      }
      break;
    default:
      return Unexpected(token, "operand");
  }
  while (Peek().kind == Kind::kField) {
    const Token field = Next();
    if (operand->kind == Operand::Kind::kConstant || operand->kind == Operand::Kind::kNil) {
      return Fail(field.position, Concat({"unexpected . after term ", GoQuote(operand->text)}));
    }
    // Go reports what goes wrong in a chain of fields at its first dot.
    if (operand->fields.empty()) operand->position = field.position;
    operand->fields.push_back(field.text);
    operand->text += "." + field.text;
  }
  return absl::OkStatus();
}

}  // namespace vedette::base::tmpl
