#include "base/template/parser.h"

#include <utility>

#include "base/strings.h"

namespace vedette::base::tmpl {
namespace {

using Kind = Token::Kind;

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

}  // namespace

Status Parser::Nesting::Check(size_t position) const {
  const auto limit = parser_->parsed_->limits.max_depth;
  if (parser_->depth_ <= limit) return absl::OkStatus();
  return parser_->Fail(position, "nested deeper than " + std::to_string(limit));
}

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

}  // namespace vedette::base::tmpl
