#ifndef VEDETTE_MODEL_OTLP_JSON_FIELDS_H_
#define VEDETTE_MODEL_OTLP_JSON_FIELDS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <simdjson.h>

#include "base/status.h"
#include "base/strings.h"
#include "model/otlp/metrics.h"

// Fields of OTLP's JSON. Internal to model/otlp: of one request, on one thread.

namespace vedette::model::otlp::json {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

// What is wrong first, and where. Once something is, nothing more is read.
class Reading {
 public:
  // `signal` is what messages begin with.
  explicit Reading(std::string_view signal = "OTLP metrics") : signal_(signal) {}
  bool ok() const { return status_.ok(); }
  const base::Status& status() const { return status_; }
  void Fail(std::string_view field, std::string_view expected) {
    if (!ok()) return;
    status_ = base::InvalidArgument(base::Concat({signal_, ": ", field, " must be ", expected}));
  }
  void TooMany(size_t limit, std::string_view field) {
    if (!ok()) return;
    status_ = base::InvalidArgument(
        base::Concat({signal_, ": ", field, ": more than ", std::to_string(limit)}));
  }
  // Takes the word of a visitor, whose own error ends the reading as it is. False when it is over.
  bool Took(base::Status status) {
    if (ok()) status_ = std::move(status);
    return ok();
  }

 private:
  const std::string_view signal_;
  base::Status status_;
};

// Parses `body`, which `signal` is the name of in errors, and calls read(the object).
base::Status ReadBody(std::string_view body, std::string_view signal,
                      const std::function<base::Status(const object&)>& read);

// A field by its name in lowerCamelCase; the name of the proto file is taken too. Null counts as
// absent.
std::optional<element> Find(const object& from, std::string_view camel);

std::string TextField(const object& from, std::string_view name, Reading* reading);

bool BoolField(const object& from, std::string_view name, Reading* reading);

// A 64-bit number, which JSON has as text because many readers know doubles alone.
template <typename T>
std::optional<T> WholeNumber(const element& value) {
  T number = 0;
  if (value.get(number) == simdjson::SUCCESS) return number;
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return std::nullopt;
  if constexpr (std::is_signed_v<T>) return base::ParseInt(text);
  return base::ParseUint(text);
}

template <typename T>
T WholeField(const object& from, std::string_view name, Reading* reading) {
  const auto found = Find(from, name);
  if (!found) return 0;
  const auto number = WholeNumber<T>(*found);
  if (!number) reading->Fail(name, "a whole number, as number or text");
  return number.value_or(0);
}

// JSON has NaN and the infinities as text.
std::optional<double> Number(const element& value);

std::optional<double> NumberField(const object& from, std::string_view name, Reading* reading);

// Calls each(object) for the items of a list, up to what fails.
template <typename Each>
void EachObject(const object& from, std::string_view name, size_t limit, Reading* reading,
                const Each& each) {
  const auto found = Find(from, name);
  if (!found || !reading->ok()) return;
  array items;
  if (found->get(items) != simdjson::SUCCESS) return reading->Fail(name, "a list");
  size_t count = 0;
  for (const element item : items) {
    object one;
    if (item.get(one) != simdjson::SUCCESS) return reading->Fail(name, "a list of objects");
    if (++count > limit) return reading->TooMany(limit, name);
    each(one);
    if (!reading->ok()) return;
  }
}

// What a list may be as long as the body allows.
constexpr size_t kNoLimit = SIZE_MAX;

std::optional<object> ObjectField(const object& from, std::string_view name, Reading* reading);

template <typename T, typename Read>
std::vector<T> NumbersField(const object& from, std::string_view name, Reading* reading,
                            const Read& read) {
  std::vector<T> numbers;
  const auto found = Find(from, name);
  if (!found) return numbers;
  array items;
  if (found->get(items) != simdjson::SUCCESS) reading->Fail(name, "a list of numbers");
  if (!reading->ok()) return numbers;
  for (const element item : items) {
    const auto number = read(item);
    if (!number) {
      reading->Fail(name, "a list of numbers");
    } else if (numbers.size() == kMaxBuckets) {
      reading->TooMany(kMaxBuckets, name);
    } else {
      numbers.push_back(*number);
      continue;
    }
    break;
  }
  return numbers;
}

}  // namespace vedette::model::otlp::json

#endif  // VEDETTE_MODEL_OTLP_JSON_FIELDS_H_
