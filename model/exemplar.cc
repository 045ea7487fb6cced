#include "model/exemplar.h"

#include <algorithm>
#include <string>

#include "base/strings.h"

namespace vedette::model {
namespace {

// Of UTF-8: every byte but the ones that continue a character.
size_t Characters(std::string_view text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<uint8_t>(c) & 0xc0) != 0x80; }));
}

}  // namespace

base::Status Exemplar::Validate() const {
  size_t characters = 0;
  for (const LabelView& label : labels) {
    characters += Characters(label.name) + Characters(label.value);
  }
  if (characters <= kMaxLabelCharacters) return {};
  return base::InvalidArgument(
      base::Concat({"exemplar's labels have ", std::to_string(characters),
                    " characters, allowed are ", std::to_string(kMaxLabelCharacters)}));
}

}  // namespace vedette::model
