#include "app/program.h"

#include "app/verbs.h"
#include "base/strings.h"

namespace vedette::app {

// A status may list several problems, one a line.
int Program::CannotStart(const base::Status& status) {
  for (const std::string_view line : base::Split(base::Message(status), '\n')) {
    if (!line.empty()) logger_->Error("cannot start", {{"error", line}});
  }
  return kExitProblem;
}

}  // namespace vedette::app
