#include "collector/logscan/json_plan.h"

#include <optional>
#include <string_view>

#include "collector/logql/stages/json_stage.h"
#include "collector/logscan/slot_mark.h"

namespace vedette::logscan {
namespace {

enum class JsonPlace {
  kString,  // all of what is between two quotes
  kBare,    // outside of strings
  kPiece,   // a part of a string
};

// Where every slot stands.
std::vector<JsonPlace> PlacesOfSlots(std::span<const std::string_view> texts) {
  std::vector<JsonPlace> places;
  bool in_string = false;
  bool escaped = false;
  for (size_t i = 0; i < texts.size(); ++i) {
    for (const char c : texts[i]) {
      if (escaped) {
        escaped = false;
      } else if (in_string && c == '\\') {
        escaped = true;
      } else if (c == '"') {
        in_string = !in_string;
      }
    }
    if (i + 1 == texts.size()) break;
    const bool between = texts[i].ends_with('"') && texts[i + 1].starts_with('"') && !escaped;
    places.push_back(!in_string ? JsonPlace::kBare
                     : between  ? JsonPlace::kString
                                : JsonPlace::kPiece);
  }
  return places;
}

std::string MarkOf(size_t slot, JsonPlace place) {
  if (place == JsonPlace::kBare) return std::to_string(7'730'000'000'000 + slot);
  return SlotMark(slot);
}

// The template's line with marks in its slots, but null in the slot `null`.
std::string MarkedLine(std::span<const std::string_view> texts, std::span<const JsonPlace> places,
                       size_t null) {
  std::string line;
  for (size_t i = 0; i < places.size(); ++i) {
    line += texts[i];
    line += i == null ? "null" : MarkOf(i, places[i]);
  }
  line += texts.back();
  return line;
}

// What the stage makes of a line.
struct JsonOutcome {
  bool broken = false;  // or with names that vary
  std::optional<std::string> value;
};

JsonOutcome RunJsonStage(const std::string& line, const std::string& label, size_t slots) {
  const logql::ParserHints hints;
  logql::JsonFields stage(hints);
  logql::LineState state;
  state.line = line;
  state.labels.Reset({}, {});
  stage.Process(&state);
  JsonOutcome outcome;
  outcome.broken = state.labels.HasError();
  for (const auto& [name, value] : state.labels.Parsed()) {
    for (size_t slot = 0; slot < slots && !outcome.broken; ++slot) {
      outcome.broken = name.find(SlotMarkInName(slot)) != std::string::npos;
    }
  }
  if (const auto value = state.labels.Get(label)) outcome.value = std::string(*value);
  return outcome;
}

bool BeginsUnlikeObject(std::string_view text) {
  const size_t first = text.find_first_not_of(" \n\r\t");
  return first != std::string_view::npos && text[first] != '{';
}

}  // namespace

FieldPlan PlanJsonField(std::span<const std::string_view> texts, const std::string& label) {
  FieldPlan plan;
  if (BeginsUnlikeObject(texts[0])) {
    plan.kind = FieldPlan::Kind::kBroken;
    return plan;
  }
  const std::vector<JsonPlace> places = PlacesOfSlots(texts);
  for (size_t slot = 0; slot < places.size(); ++slot) {
    if (places[slot] == JsonPlace::kPiece) return plan;
    if (places[slot] == JsonPlace::kBare) plan.scalars.push_back(slot);
  }
  const JsonOutcome marked =
      RunJsonStage(MarkedLine(texts, places, places.size()), label, places.size());
  if (marked.broken) return plan;
  if (!marked.value) {
    plan.kind = FieldPlan::Kind::kAbsent;
    return plan;
  }
  while (plan.slot < places.size() && *marked.value != MarkOf(plan.slot, places[plan.slot])) {
    ++plan.slot;
  }
  if (plan.slot == places.size()) return plan;
  plan.quoted = places[plan.slot] == JsonPlace::kString;
  // A null is no label: then another member of the name would be taken.
  if (!plan.quoted &&
      RunJsonStage(MarkedLine(texts, places, plan.slot), label, places.size()).value) {
    return plan;
  }
  plan.kind = FieldPlan::Kind::kSlot;
  return plan;
}

}  // namespace vedette::logscan
