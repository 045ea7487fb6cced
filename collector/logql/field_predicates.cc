#include "collector/logql/field_predicates.h"

#include <optional>
#include <string>
#include <string_view>

#include "base/strings.h"
#include "collector/logql/stage_traits.h"
#include "collector/logql/stages/label_filter.h"

namespace vedette::logql {
namespace {

class PredicateFinder {
 public:
  std::vector<FieldPredicate> Find(const std::vector<Stage>& stages) {
    for (const Stage& stage : stages) {
      if (!Take(stage)) break;
    }
    return std::move(found_);
  }

 private:
  // False: behind this stage a label may be something else than the field of its name.
  bool Take(const Stage& stage) {
    if (const auto parser = ParserOfStage(stage)) {
      // A second parser adds what the first one did not find.
      if (parser_) {
        second_ = true;
      } else {
        parser_ = parser;
      }
      return true;
    }
    if (const auto* filter = std::get_if<LabelFilterStage>(&stage)) {
      if (parser_) Add(*filter->filter);
      return true;
    }
    if (std::holds_alternative<LineFilterStage>(stage) || DropsErrorsAlone(stage)) return true;
    return parser_ && std::holds_alternative<LineFormatStage>(stage) && !second_;
  }

  void Add(const LabelFilter& filter) {
    const std::string_view label = OneLabelOf(filter);
    if (label.empty()) {
      const auto* both = std::get_if<LabelFilter::Combine>(&filter.node);
      if (both == nullptr || !both->is_and) return;
      Add(*both->left);
      Add(*both->right);
      return;
    }
    // Such a name may come of a clash.
    if (base::EndsWith(label, kClashSuffix)) return;
    FieldPredicate predicate;
    predicate.field = {*parser_, std::string(label)};
    predicate.keeps = [&filter](std::string_view value) { return KeepsValue(filter, value); };
    predicate.keeps_absent = second_ || KeepsValue(filter, std::nullopt);
    found_.push_back(std::move(predicate));
  }

  std::optional<FieldParser> parser_;
  bool second_ = false;
  std::vector<FieldPredicate> found_;
};

}  // namespace

std::vector<FieldPredicate> PredicatesOfQuery(const LogQuery& log) {
  return PredicateFinder().Find(log.stages);
}

}  // namespace vedette::logql
