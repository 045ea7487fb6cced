#ifndef VEDETTE_BASE_TEMPLATE_EXECUTOR_H_
#define VEDETTE_BASE_TEMPLATE_EXECUTOR_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "base/template/ast.h"

namespace vedette::base::tmpl {

// Runs a tree over data. One use, one thread. Recursion follows the tree (bounded by the parser)
// and template calls (bounded here); every node costs a step.
class Executor {
 public:
  Executor(const Template::Parsed& parsed, const Value& data);
  StatusOr<std::string> Run();

 private:
  enum class Flow { kNormal, kBreak, kContinue };

  Status Walk(const std::vector<Statement>& list, const Value& dot, Flow* flow);
  Status WalkOne(const Statement& statement, const Value& dot, Flow* flow);
  Status WalkBranch(const Statement& statement, const Value& dot, Flow* flow);
  Status WalkRange(const Statement& statement, const Value& dot, Flow* flow);
  Status RangeStep(const Statement& statement, const Value& key, const Value& item, Flow* flow);
  Status CallTemplate(const Statement& statement, const Value& dot);
  Status Write(std::string_view text, size_t position);

  StatusOr<Value> EvaluatePipe(const Pipe& pipe, const Value& dot, bool bind);
  StatusOr<Value> EvaluateCommand(const Command& command, const Value& dot,
                                  const std::optional<Value>& piped);
  StatusOr<Value> EvaluateOperand(const Operand& operand, const Value& dot);
  StatusOr<Value> Call(const Command& command, const Value& dot, const std::optional<Value>& piped);
  Status CheckKind(const Function& function, size_t index, const Operand& at,
                   const Value& value) const;
  StatusOr<Value> CallShortCircuit(const Command& command, const Value& dot,
                                   const std::optional<Value>& piped);
  StatusOr<Value> Fields(const Operand& operand, Value value);
  StatusOr<Value> Field(const Operand& operand, const Value& value, const std::string& name);

  Status Step(size_t position);
  Status ChargeMade(const Value& value, size_t item_bytes, size_t position);
  Status Fail(size_t position, std::string_view node, std::string_view what) const;
  Value* FindVariable(std::string_view name);

  const Template::Parsed& parsed_;
  const Value& data_;
  std::string executing_;  // the template, as messages name it
  std::string out_;
  std::vector<std::pair<std::string, Value>> variables_;
  size_t scope_begin_ = 0;  // variables of the running template start here
  size_t calls_ = 0;        // depth of template calls
  uint64_t steps_ = 0;
  size_t made_bytes_ = 0;  // as Limits counts them
};

}  // namespace vedette::base::tmpl

#endif  // VEDETTE_BASE_TEMPLATE_EXECUTOR_H_
