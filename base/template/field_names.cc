#include <set>
#include <string>
#include <vector>

#include "base/template/ast.h"

namespace vedette::base::tmpl {
namespace {

using FieldSet = std::set<std::string>;

// As deep as the tree is, which the parser bounds.
void CollectFields(const Pipe& pipe, FieldSet* names) {
  for (const Command& command : pipe.commands) {
    for (const Operand& word : command.words) {
      names->insert(word.fields.begin(), word.fields.end());
      if (word.pipe) CollectFields(*word.pipe, names);
    }
  }
}

void CollectFields(const std::vector<Statement>& list, FieldSet* names) {
  for (const Statement& statement : list) {
    CollectFields(statement.pipe, names);
    CollectFields(statement.body, names);
    CollectFields(statement.otherwise, names);
  }
}

}  // namespace

std::vector<std::string> Template::FieldNames() const {
  FieldSet names;
  CollectFields(parsed_->body, &names);
  for (const auto& [name, body] : parsed_->definitions) CollectFields(body, &names);
  return {names.begin(), names.end()};
}

}  // namespace vedette::base::tmpl
