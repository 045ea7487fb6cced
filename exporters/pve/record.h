#ifndef VEDETTE_EXPORTERS_PVE_RECORD_H_
#define VEDETTE_EXPORTERS_PVE_RECORD_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace vedette::exporters::pve {

// One object of an answer, such as a guest: its scalar fields in the order sent. Nested values and
// nulls are not kept. A plain value.
class Record {
 public:
  struct Field {
    std::string name;
    std::string text;              // strings as they are, numbers in decimal, booleans "1" and "0"
    std::optional<double> number;  // also of a string that is one
  };

  void Add(Field field) { fields_.push_back(std::move(field)); }
  const std::vector<Field>& fields() const { return fields_; }
  bool Has(std::string_view name) const { return Find(name) != nullptr; }
  // Empty where absent.
  std::string_view Text(std::string_view name) const;
  std::optional<double> Number(std::string_view name) const;

 private:
  const Field* Find(std::string_view name) const;

  std::vector<Field> fields_;
};

// What the API said: the objects of "data". A single object is a list of one, an empty object and
// null are none. The error says what was found where JSON of that shape was expected; it never
// repeats the text.
base::StatusOr<std::vector<Record>> ParseAnswer(std::string_view body);

// The "message" of an answer that reports a failure, at most 200 bytes; empty where there is none.
std::string FailureMessage(std::string_view body);

}  // namespace vedette::exporters::pve

#endif  // VEDETTE_EXPORTERS_PVE_RECORD_H_
