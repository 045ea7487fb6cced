#include "collector/logscan/logfmt_plan.h"

#include <optional>
#include <string_view>

#include "collector/logql/stages/logfmt_reader.h"
#include "collector/logql/stages/logfmt_stage.h"
#include "collector/logscan/slot_mark.h"

namespace vedette::logscan {
namespace {

bool IsQuoted(std::span<const std::string_view> texts, size_t slot) {
  return texts[slot].ends_with('"') && texts[slot + 1].starts_with('"');
}

// The template's line with a mark in every slot but the slot `empty`.
std::string LogfmtMarkedLine(std::span<const std::string_view> texts, size_t empty) {
  std::string line;
  for (size_t slot = 0; slot + 1 < texts.size(); ++slot) {
    line += texts[slot];
    if (slot != empty) line += SlotMark(slot);
  }
  line += texts.back();
  return line;
}

std::optional<std::string> RunLogfmtStage(const std::string& line, const std::string& label) {
  const logql::LogfmtStage flags;
  const logql::ParserHints hints;
  logql::LogfmtFields stage(flags, hints);
  logql::LineState state;
  state.line = line;
  state.labels.Reset({}, {});
  stage.Process(&state);
  const auto value = state.labels.Get(label);
  return value ? std::optional<std::string>(*value) : std::nullopt;
}

// Slots whose value, whatever it is, leaves all other pairs of the line as they are: inside the
// value of a pair (all of it, between quotes), or inside a name that has no value.
std::vector<bool> HarmlessSlots(std::span<const std::string_view> texts) {
  const std::string line = LogfmtMarkedLine(texts, texts.size());
  std::vector<bool> harmless(texts.size() - 1);
  logql::LogfmtReader reader(line);
  while (!reader.AtEnd()) {
    if (!reader.Next()) continue;
    const bool named = reader.value().empty();
    for (size_t slot = 0; slot < harmless.size(); ++slot) {
      const std::string mark = SlotMark(slot);
      const bool in_name = reader.name().find(mark) != std::string_view::npos;
      const bool in_value = reader.value().find(mark) != std::string_view::npos;
      if (IsQuoted(texts, slot)) {
        harmless[slot] = harmless[slot] || (reader.value() == mark && texts[slot].ends_with("=\""));
      } else {
        // Behind '=' a slot may have one itself.
        harmless[slot] =
            harmless[slot] || in_value || (in_name && named && !texts[slot].ends_with('='));
      }
    }
  }
  return harmless;
}

}  // namespace

FieldPlan PlanLogfmtField(std::span<const std::string_view> texts, const std::string& label) {
  FieldPlan plan;
  const std::vector<bool> harmless = HarmlessSlots(texts);
  const auto value = RunLogfmtStage(LogfmtMarkedLine(texts, texts.size()), label);
  // What stands behind the field does not matter: the first of a name is taken.
  size_t end = harmless.size();
  if (value) {
    for (plan.slot = 0; plan.slot < end && *value != SlotMark(plan.slot); ++plan.slot) continue;
    if (plan.slot == end) return plan;
    end = plan.slot + 1;
  }
  for (size_t slot = 0; slot < end; ++slot) {
    if (!harmless[slot]) return plan;
  }
  if (!value) {
    plan.kind = FieldPlan::Kind::kAbsent;
    return plan;
  }
  plan.kind = FieldPlan::Kind::kSlot;
  plan.quoted = IsQuoted(texts, plan.slot);
  plan.empty_is_absent = !RunLogfmtStage(LogfmtMarkedLine(texts, plan.slot), label);
  return plan;
}

}  // namespace vedette::logscan
