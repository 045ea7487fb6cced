#ifndef VEDETTE_EXPORTERS_PROCESS_NAME_RULES_H_
#define VEDETTE_EXPORTERS_PROCESS_NAME_RULES_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "base/template/template.h"

namespace re2 {
class RE2;
}

namespace vedette::exporters::process {

// What a process can be grouped by.
struct ProcessAttributes {
  std::string comm;
  std::vector<std::string> command_line;
  int64_t pid = 0;
  int64_t start_seconds = 0;  // since the epoch
  // These are looked up only where a rule asks for them.
  std::string username;
  std::vector<std::string> cgroups;
};

// One rule: a process that satisfies all of its lists that are given is in the group that the
// template names.
struct NameRule {
  std::vector<std::string> comms;                              // any of them
  std::vector<std::string> exes;                               // any: a path, or its last part
  std::vector<std::shared_ptr<const re2::RE2>> command_lines;  // all of them, searched
  std::optional<base::tmpl::Template> name;                    // none: the name and what was caught
};

// Which group a process belongs to: the first rule that fits decides. Immutable, thread-safe.
class NameRules {
 public:
  // A file of process_names, as upstream reads it. Errors carry file, line and column; all of them
  // at once.
  static base::StatusOr<std::shared_ptr<const NameRules>> FromYaml(std::string_view text,
                                                                   const std::string& file);
  // -procnames and -namemapping. Without both, every process by its name, kernel threads left out.
  static base::StatusOr<std::shared_ptr<const NameRules>> FromLists(std::string_view proc_names,
                                                                    std::string_view mapping);

  // Nothing: no rule fits.
  std::optional<std::string> Name(const ProcessAttributes& process) const;
  bool uses_username() const { return uses_username_; }
  bool uses_cgroups() const { return uses_cgroups_; }

 private:
  NameRules() = default;

  std::vector<NameRule> rules_;
  bool uses_username_ = false;
  bool uses_cgroups_ = false;
};

}  // namespace vedette::exporters::process

#endif  // VEDETTE_EXPORTERS_PROCESS_NAME_RULES_H_
