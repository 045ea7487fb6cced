#include "collector/logscan/field_reader.h"

#include <string_view>

#include "base/utf8.h"
#include "collector/logql/stages/json_reader.h"
#include "collector/logql/stages/label_name.h"
#include "collector/logstore/columns/line_scanner.h"

namespace vedette::logscan {
namespace {

// Adds what the stage makes of a slot's value: its index in `out`, or a mark.
uint32_t AddLabelOf(std::string_view raw, const FieldPlan& plan, logql::FieldParser parser,
                    logstore::ValueTable* out) {
  if (parser == logql::FieldParser::kJson) {
    if (!plan.quoted && raw == "null") return logql::kAbsentField;
    if (plan.quoted) {
      out->text()->append(logql::JsonLabelText({logql::JsonKind::kString, raw}));
    } else {
      out->text()->append(raw);
    }
    return out->EndValue();
  }
  if (raw.empty()) return plan.empty_is_absent ? logql::kAbsentField : logql::kUnknownField;
  // Not read as they stand, or not at all.
  const std::string_view odd = plan.quoted ? "\\" : "=\"";
  if (raw.find_first_of(odd) != std::string_view::npos) return logql::kUnknownField;
  out->text()->append(logql::WithoutInvalid(std::string(raw)));
  return out->EndValue();
}

void AddMarks(size_t rows, uint32_t mark, logstore::ValueTable* out) {
  for (size_t i = 0; i < rows; ++i) out->AddRow(mark);
}

base::StatusOr<bool> HoldScalars(logstore::Granule& granule, size_t shape,
                                 std::span<const size_t> slots) {
  VEDETTE_RETURN_IF_ERROR(granule.OpenShape(shape));
  for (const size_t slot : slots) {
    VEDETTE_ASSIGN_OR_RETURN(const bool scalars,
                             granule.shape(shape).columns[slot]->HoldsScalars(granule.blobs()));
    if (!scalars) return false;
  }
  return true;
}

}  // namespace

const FieldPlan& FieldReader::PlanOf(std::string_view shape, const logql::FieldRef& field) {
  auto& plans = plans_[field];
  const auto known = plans.find(shape);
  if (known != plans.end()) return known->second;
  // Lines may be long and of many kinds.
  constexpr size_t kMostPlanBytes = 8 << 20;
  if ((plan_bytes_ += shape.size() + sizeof(FieldPlan)) > kMostPlanBytes) {
    for (auto& [other, of] : plans_) of.clear();
    plan_bytes_ = 0;
  }
  const auto texts = logstore::TextsOfShape(shape);
  return plans.emplace(std::string(shape), PlanField(texts, field)).first->second;
}

base::Status FieldReader::Read(logstore::Granule& granule, size_t shape,
                               std::span<const uint32_t> places, const logql::FieldRef& field,
                               logstore::ValueTable* out) {
  const FieldPlan& plan = PlanOf(granule.shape(shape).text, field);
  uint32_t mark = logql::kUnknownField;
  if (plan.kind == FieldPlan::Kind::kBroken) mark = logql::kBrokenLine;
  if (plan.kind == FieldPlan::Kind::kAbsent || plan.kind == FieldPlan::Kind::kSlot) {
    VEDETTE_ASSIGN_OR_RETURN(const bool holds, HoldScalars(granule, shape, plan.scalars));
    if (holds && plan.kind == FieldPlan::Kind::kAbsent) mark = logql::kAbsentField;
    if (holds && plan.kind == FieldPlan::Kind::kSlot) {
      VEDETTE_RETURN_IF_ERROR(granule.LoadSlot(shape, plan.slot));
      raw_.Clear();
      granule.shape(shape).columns[plan.slot]->Gather(places, &raw_);
      std::vector<uint32_t> labels;
      labels.reserve(raw_.size());
      for (size_t i = 0; i < raw_.size(); ++i) {
        labels.push_back(AddLabelOf(raw_.value(i), plan, field.parser, out));
      }
      for (const uint32_t value : raw_.rows()) out->AddRow(labels[value]);
      return {};
    }
  }
  AddMarks(places.size(), mark, out);
  return {};
}

bool FieldReader::AnyStreamHas(const logstore::GranuleScan& granule, const std::string& label) {
  if (part_ != granule.part_name()) labelled_.clear();
  part_ = granule.part_name();
  const auto [known, fresh] = labelled_.try_emplace(label, false);
  for (uint32_t i = 0; fresh && !known->second && i < granule.streams(); ++i) {
    known->second = granule.stream(i)->labels.Has(label);
  }
  return known->second;
}

}  // namespace vedette::logscan
