#include "exporters/node/field_choice.h"

#include <re2/re2.h>

#include "base/regex.h"
#include "base/strings.h"

namespace vedette::exporters::node {

base::StatusOr<FieldChoice> FieldChoice::Make(const std::string& pattern, const std::string& flag,
                                              Describe describe) {
  FieldChoice choice;
  auto regex = base::CompileRegex(pattern);
  if (!regex.ok()) return base::Annotate(regex.status(), "--" + flag);
  choice.pattern_ = *std::move(regex);
  choice.describe_ = describe;
  return choice;
}

const ChosenField& FieldChoice::At(size_t place, std::string_view group, std::string_view key) {
  if (place >= kMaxPlaces) {
    Decide(group, key, &spare_);
    return spare_;
  }
  if (place >= places_.size()) places_.resize(place + 1);
  ChosenField& field = places_[place];
  if (field.key != key || field.group != group) Decide(group, key, &field);
  return field;
}

void FieldChoice::Decide(std::string_view group, std::string_view key, ChosenField* field) const {
  *field = ChosenField();
  field->group = group;
  field->key = key;
  const std::string text = group.empty() ? std::string(key) : base::Concat({group, "_", key});
  field->is_shown = re2::RE2::PartialMatch(text, *pattern_);
  if (field->is_shown) describe_(field);
}

}  // namespace vedette::exporters::node
