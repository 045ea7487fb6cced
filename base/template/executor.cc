#include "base/template/executor.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "base/template/lexer.h"

namespace vedette::base::tmpl {
namespace {

using ValueKind = Value::Kind;

constexpr size_t kGivenItemBytes =
    8;  // a list is shared, but whoever is given it looks at its items
constexpr size_t kMadeItemBytes = 40;

// Adds how much `value` holds to `bytes`, until that is more than `most`.
void AddWeight(const Value& value, size_t item_bytes, size_t most, int depth, size_t* bytes) {
  constexpr int kMaxDepth = 100;
  if (depth > kMaxDepth) *bytes = most + 1;
  if (*bytes > most) return;
  if (value.is(ValueKind::kString)) {
    *bytes += value.as_string().size();
  } else if (value.is(ValueKind::kList)) {
    *bytes += item_bytes * value.as_list().size();
    for (const Value& item : value.as_list()) {
      if (*bytes > most) return;
      AddWeight(item, item_bytes, most, depth + 1, bytes);
    }
  } else if (value.is(ValueKind::kMap)) {
    *bytes += item_bytes * value.as_map().size();
    for (const auto& [name, item] : value.as_map()) {
      if (*bytes > most) return;
      *bytes += name.size();
      AddWeight(item, item_bytes, most, depth + 1, bytes);
    }
  }
}

}  // namespace

Executor::Executor(const Template::Parsed& parsed, const Value& data)
    : parsed_(parsed), data_(data), executing_(parsed.name) {
  variables_.emplace_back("$", data);
}

StatusOr<std::string> Executor::Run() {
  Flow flow = Flow::kNormal;
  VEDETTE_RETURN_IF_ERROR(Walk(parsed_.body, data_, &flow));
  return std::move(out_);
}

Status Executor::Fail(size_t position, std::string_view node, std::string_view what) const {
  const std::string_view before = std::string_view(parsed_.source).substr(0, position);
  const size_t newline = before.rfind('\n');
  const size_t column = newline == std::string_view::npos ? position : position - newline - 1;
  return InvalidArgument(Concat(
      {"template: ", parsed_.name, ":", std::to_string(LineOf(parsed_.source, position)), ":",
       std::to_string(column), ": executing ", GoQuote(executing_), " at <", node, ">: ", what}));
}

Status Executor::Step(size_t position) {
  if (++steps_ <= parsed_.limits.max_steps) return absl::OkStatus();
  return ResourceExhausted(
      Concat({"template: ", parsed_.name, ":", std::to_string(LineOf(parsed_.source, position)),
              ": more than ", std::to_string(parsed_.limits.max_steps), " steps"}));
}

// Without it a template of few steps could double a text until memory ends.
Status Executor::ChargeMade(const Value& value, size_t item_bytes, size_t position) {
  const size_t limit = parsed_.limits.max_made_bytes;
  AddWeight(value, item_bytes, limit, 0, &made_bytes_);
  if (made_bytes_ <= limit) return absl::OkStatus();
  return ResourceExhausted(
      Concat({"template: ", parsed_.name, ":", std::to_string(LineOf(parsed_.source, position)),
              ": functions made more than ", std::to_string(limit), " bytes"}));
}

Status Executor::Write(std::string_view text, size_t position) {
  if (text.size() > parsed_.limits.max_output_bytes - out_.size()) {
    return ResourceExhausted(Concat(
        {"template: ", parsed_.name, ":", std::to_string(LineOf(parsed_.source, position)),
         ": more than ", std::to_string(parsed_.limits.max_output_bytes), " bytes of output"}));
  }
  out_ += text;
  return absl::OkStatus();
}

Value* Executor::FindVariable(std::string_view name) {
  for (size_t i = variables_.size(); i > scope_begin_; --i) {
    if (variables_[i - 1].first == name) return &variables_[i - 1].second;
  }
  return nullptr;
}

Status Executor::Walk(const std::vector<Statement>& list, const Value& dot, Flow* flow) {
  for (const Statement& statement : list) {
    VEDETTE_RETURN_IF_ERROR(Step(statement.position));
    VEDETTE_RETURN_IF_ERROR(WalkOne(statement, dot, flow));
    if (*flow != Flow::kNormal) break;
  }
  return absl::OkStatus();
}

Status Executor::WalkOne(const Statement& statement, const Value& dot, Flow* flow) {
  switch (statement.kind) {
    case Statement::Kind::kText:
      return Write(statement.text, statement.position);
    case Statement::Kind::kAction: {
      VEDETTE_ASSIGN_OR_RETURN(const Value value, EvaluatePipe(statement.pipe, dot, true));
      if (!statement.pipe.variables.empty()) return absl::OkStatus();
      return Write(value.ToText(), statement.position);
    }
    case Statement::Kind::kIf:
    case Statement::Kind::kWith:
      return WalkBranch(statement, dot, flow);
    case Statement::Kind::kRange:
      return WalkRange(statement, dot, flow);
    case Statement::Kind::kTemplate:
      return CallTemplate(statement, dot);
    case Statement::Kind::kBreak:
      *flow = Flow::kBreak;
      return absl::OkStatus();
    case Statement::Kind::kContinue:
      *flow = Flow::kContinue;
      return absl::OkStatus();
  }
  return absl::OkStatus();
}

Status Executor::WalkBranch(const Statement& statement, const Value& dot, Flow* flow) {
  const size_t scope = variables_.size();
  VEDETTE_ASSIGN_OR_RETURN(const Value value, EvaluatePipe(statement.pipe, dot, true));
  const bool with = statement.kind == Statement::Kind::kWith;
  const Status status = value.Truthy() ? Walk(statement.body, with ? value : dot, flow)
                                       : Walk(statement.otherwise, dot, flow);
  variables_.resize(scope);
  return status;
}

Status Executor::RangeStep(const Statement& statement, const Value& key, const Value& item,
                           Flow* flow) {
  VEDETTE_RETURN_IF_ERROR(Step(statement.position));
  const size_t scope = variables_.size();
  const auto& names = statement.pipe.variables;
  if (!names.empty()) {
    const auto bind = [&](const std::string& name, const Value& value) {
      if (Value* const known = statement.pipe.assigns ? FindVariable(name) : nullptr) {
        *known = value;
      } else {
        variables_.emplace_back(name, value);
      }
    };
    if (names.size() == 2) bind(names[0], key);
    bind(names.back(), item);
  }
  const Status status = Walk(statement.body, item, flow);
  variables_.resize(scope);
  return status;
}

Status Executor::WalkRange(const Statement& statement, const Value& dot, Flow* flow) {
  VEDETTE_ASSIGN_OR_RETURN(const Value value, EvaluatePipe(statement.pipe, dot, false));
  bool any = false;
  Flow inner = Flow::kNormal;
  const auto step = [&](const Value& key, const Value& item) -> Status {
    any = true;
    inner = Flow::kNormal;
    return RangeStep(statement, key, item, &inner);
  };
  if (value.is(ValueKind::kList)) {
    const Value::List& list = value.as_list();
    for (size_t i = 0; i < list.size() && inner != Flow::kBreak; ++i) {
      VEDETTE_RETURN_IF_ERROR(step(Value(static_cast<int64_t>(i)), list[i]));
    }
  } else if (value.is(ValueKind::kMap) && value.missing() != Value::Missing::kError) {
    for (const auto& [key, item] : value.as_map()) {
      if (inner == Flow::kBreak) break;
      VEDETTE_RETURN_IF_ERROR(step(Value(key), item));
    }
  } else if (value.is(ValueKind::kInt)) {
    for (int64_t i = 0; i < value.as_int() && inner != Flow::kBreak; ++i) {
      VEDETTE_RETURN_IF_ERROR(step(Value(i), Value(i)));
    }
  } else if (!value.is(ValueKind::kNull)) {
    return Fail(statement.pipe.position, statement.pipe.commands.front().Text(),
                "range can't iterate over " + value.ToText());
  }
  return any ? absl::OkStatus() : Walk(statement.otherwise, dot, flow);
}

Status Executor::CallTemplate(const Statement& statement, const Value& dot) {
  const auto it = parsed_.definitions.find(statement.text);
  const std::string shown = "{{template " + GoQuote(statement.text) + "}}";
  if (it == parsed_.definitions.end()) {
    return Fail(statement.position, shown, "template " + GoQuote(statement.text) + " not defined");
  }
  if (calls_ >= parsed_.limits.max_depth) {
    return Fail(
        statement.position, shown,
        "exceeded maximum template depth (" + std::to_string(parsed_.limits.max_depth) + ")");
  }
  Value argument;
  if (!statement.pipe.commands.empty()) {
    VEDETTE_ASSIGN_OR_RETURN(argument, EvaluatePipe(statement.pipe, dot, true));
  }
  const size_t scope = variables_.size();
  const size_t outer_begin = std::exchange(scope_begin_, scope);
  std::string outer_name = std::exchange(executing_, statement.text);
  variables_.emplace_back("$", argument);
  ++calls_;
  Flow flow = Flow::kNormal;
  const Status status = Walk(it->second, argument, &flow);
  --calls_;
  if (status.ok()) executing_ = std::move(outer_name);
  scope_begin_ = outer_begin;
  variables_.resize(scope);
  return status;
}

// The value of the last command. With `bind` the pipe's variables are declared or assigned.
StatusOr<Value> Executor::EvaluatePipe(const Pipe& pipe, const Value& dot, bool bind) {
  std::optional<Value> value;
  for (const Command& command : pipe.commands) {
    VEDETTE_RETURN_IF_ERROR(Step(command.position));
    VEDETTE_ASSIGN_OR_RETURN(value, EvaluateCommand(command, dot, value));
  }
  for (const std::string& name : pipe.variables) {
    if (!bind) break;
    Value* const known = pipe.assigns ? FindVariable(name) : nullptr;
    if (known != nullptr) {
      *known = *value;
    } else {
      variables_.emplace_back(name, *value);
    }
  }
  return value ? *std::move(value) : Value();
}

StatusOr<Value> Executor::EvaluateCommand(const Command& command, const Value& dot,
                                          const std::optional<Value>& piped) {
  const Operand& first = command.words.front();
  if (first.kind == Operand::Kind::kFunction && first.fields.empty()) {
    if (first.name == "and" || first.name == "or") return CallShortCircuit(command, dot, piped);
    return Call(command, dot, piped);
  }
  if (command.words.size() > 1 || piped) {
    return Fail(first.position, first.text, "can't give argument to non-function " + first.text);
  }
  if (first.kind == Operand::Kind::kNil) return Fail(first.position, "nil", "nil is not a command");
  return EvaluateOperand(first, dot);
}

StatusOr<Value> Executor::EvaluateOperand(const Operand& operand, const Value& dot) {
  VEDETTE_RETURN_IF_ERROR(Step(operand.position));
  switch (operand.kind) {
    case Operand::Kind::kConstant:
      return operand.constant;
    case Operand::Kind::kNil:
      return Value();
    case Operand::Kind::kDot:
    case Operand::Kind::kField:
      return Fields(operand, dot);
    case Operand::Kind::kVariable: {
      const Value* const value = FindVariable(operand.name);
      if (value == nullptr) return Fail(operand.position, operand.text, "undefined variable");
      return Fields(operand, *value);
    }
    case Operand::Kind::kPipe: {
      VEDETTE_ASSIGN_OR_RETURN(Value value, EvaluatePipe(*operand.pipe, dot, true));
      return Fields(operand, std::move(value));
    }
    case Operand::Kind::kFunction: {
      Command alone;
      alone.position = operand.position;
      alone.words.push_back(operand);
      alone.words.front().fields.clear();
      VEDETTE_ASSIGN_OR_RETURN(Value value, EvaluateCommand(alone, dot, std::nullopt));
      return Fields(operand, std::move(value));
    }
  }
  return Value();
}

StatusOr<Value> Executor::Fields(const Operand& operand, Value value) {
  for (const std::string& name : operand.fields) {
    VEDETTE_ASSIGN_OR_RETURN(value, Field(operand, value, name));
  }
  return value;
}

StatusOr<Value> Executor::Field(const Operand& operand, const Value& value,
                                const std::string& name) {
  if (value.is(ValueKind::kNull)) {
    return Fail(operand.position, operand.text, "nil pointer evaluating interface {}." + name);
  }
  if (value.is(ValueKind::kMap)) {
    const auto it = value.as_map().find(name);
    if (it != value.as_map().end()) return it->second;
    if (value.missing() == Value::Missing::kEmptyString) return Value("");
    if (value.missing() == Value::Missing::kNull) return Value();
  }
  return Fail(operand.position, operand.text,
              Concat({"can't evaluate field ", name, " in type ", value.TypeName()}));
}

StatusOr<Value> Executor::Call(const Command& command, const Value& dot,
                               const std::optional<Value>& piped) {
  const Operand& name = command.words.front();
  const Function& function = parsed_.functions.find(name.name)->second;
  const size_t given = command.words.size() - 1 + (piped ? 1 : 0);
  if (given < function.min_args || given > function.max_args) {
    const bool exact = function.min_args == function.max_args;
    return Fail(
        name.position, name.text,
        Concat({"wrong number of args for ", name.name, ": want ",
                exact                       ? ""
                : given < function.min_args ? "at least "
                                            : "at most ",
                std::to_string(given < function.min_args ? function.min_args : function.max_args),
                " got ", std::to_string(given)}));
  }
  std::vector<Value> args;
  args.reserve(given);
  for (size_t i = 1; i < command.words.size(); ++i) {
    VEDETTE_ASSIGN_OR_RETURN(Value value, EvaluateOperand(command.words[i], dot));
    VEDETTE_RETURN_IF_ERROR(CheckKind(function, i - 1, command.words[i], value));
    args.push_back(std::move(value));
  }
  if (piped) {
    VEDETTE_RETURN_IF_ERROR(CheckKind(function, given - 1, command.words.back(), *piped));
    args.push_back(*piped);
  }
  for (const Value& arg : args) {
    VEDETTE_RETURN_IF_ERROR(ChargeMade(arg, kGivenItemBytes, name.position));
  }
  auto result = function.call(args);
  if (result.ok()) {
    VEDETTE_RETURN_IF_ERROR(ChargeMade(*result, kMadeItemBytes, name.position));
  }
  if (result.ok()) return result;
  return Fail(command.position, command.Text(),
              Concat({"error calling ", name.name, ": ", Message(result.status())}));
}

Status Executor::CheckKind(const Function& function, size_t index, const Operand& at,
                           const Value& value) const {
  if (function.params.empty()) return absl::OkStatus();
  const Param param = function.params[std::min(index, function.params.size() - 1)];
  ValueKind wanted = ValueKind::kString;
  std::string_view name = "string";
  if (param == Param::kInt) {
    wanted = ValueKind::kInt;
    name = "int";
  } else if (param == Param::kTime) {
    wanted = ValueKind::kTime;
    name = "time.Time";
  }
  if (param == Param::kAny || value.is(wanted)) return absl::OkStatus();
  if (value.is(ValueKind::kNull)) {
    return Fail(at.position, at.text, Concat({"invalid value; expected ", name}));
  }
  if (at.kind == Operand::Kind::kConstant) {
    return Fail(at.position, at.text, Concat({"expected ", name, "; found ", at.text}));
  }
  return Fail(at.position, at.text,
              Concat({"wrong type for value; expected ", name, "; got ", value.TypeName()}));
}

// `and` stops at the first false argument, `or` at the first true one.
StatusOr<Value> Executor::CallShortCircuit(const Command& command, const Value& dot,
                                           const std::optional<Value>& piped) {
  const Operand& name = command.words.front();
  const bool stop_at = name.name == "or";
  if (command.words.size() == 1 && !piped) {
    return Fail(name.position, name.text,
                "wrong number of args for " + name.name + ": want at least 1 got 0");
  }
  Value value;
  for (size_t i = 1; i < command.words.size(); ++i) {
    VEDETTE_ASSIGN_OR_RETURN(value, EvaluateOperand(command.words[i], dot));
    if (value.Truthy() == stop_at) return value;
  }
  return piped ? *piped : value;
}

}  // namespace vedette::base::tmpl
