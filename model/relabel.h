#ifndef VEDETTE_MODEL_RELABEL_H_
#define VEDETTE_MODEL_RELABEL_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/labels.h"

namespace re2 {
class RE2;
}

namespace vedette::model {

enum class RelabelAction {
  kReplace,
  kKeep,
  kDrop,
  kKeepEqual,
  kDropEqual,
  kHashMod,
  kLabelMap,
  kLabelDrop,
  kLabelKeep,
  kLowercase,
  kUppercase,
};

// One rule of relabel_configs as written; the defaults are Prometheus'.
struct RelabelRule {
  RelabelAction action = RelabelAction::kReplace;
  std::vector<std::string> source_labels;
  std::string separator = ";";
  std::string target_label;
  uint64_t modulus = 0;
  std::string regex = "(.*)";  // fully anchored
  std::string replacement = "$1";
};

// A checked rule, ready to apply. Immutable, cheap to copy, thread-safe.
class Relabeler {
 public:
  // InvalidArgument when the regex does not compile or the fields do not go together.
  static base::StatusOr<Relabeler> Make(RelabelRule rule);

  // Changes the labels; false when the rule drops what carries them. Lower- and upper-casing is
  // ASCII's.
  bool Apply(LabelsBuilder* labels) const;
  const RelabelRule& rule() const { return rule_; }

 private:
  explicit Relabeler(RelabelRule rule) : rule_(std::move(rule)) {}
  base::Status Check() const;
  bool Matches(std::string_view text) const;
  std::string JoinSources(const LabelsBuilder& labels) const;
  void Replace(const std::string& value, LabelsBuilder* labels) const;
  void MapNames(LabelsBuilder* labels) const;
  void DropNames(bool matching, LabelsBuilder* labels) const;

  RelabelRule rule_;
  std::shared_ptr<const re2::RE2> regex_;
};

// In order; false as soon as one drops.
bool ApplyRelabeling(const std::vector<Relabeler>& rules, LabelsBuilder* labels);

// "replace", "labelmap" ... in any case; false for anything else.
bool ParseRelabelAction(std::string_view text, RelabelAction* action);
std::string_view RelabelActionName(RelabelAction action);

}  // namespace vedette::model

#endif  // VEDETTE_MODEL_RELABEL_H_
