#include "collector/logstore/columns/number_column.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace vedette::logstore {
namespace {

// Bits a value that being relative to the line's time must save.
constexpr double kRelativeSaves = 4;

// The number that a needle of digits alone is, of as many as surely fit.
std::optional<uint64_t> DigitsOf(std::string_view needle) {
  constexpr size_t kMostDigits = 18;
  if (needle.size() > kMostDigits) return std::nullopt;
  uint64_t number = 0;
  for (const char c : needle) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + static_cast<uint64_t>(c - '0');
  }
  return number;
}

int64_t FloorDivide(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

int64_t Minus(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
}
int64_t Plus(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}

std::vector<int64_t> Relative(std::span<const int64_t> numbers, std::span<const int64_t> times,
                              int64_t nanos_per_unit) {
  std::vector<int64_t> distances(numbers.size());
  for (size_t i = 0; i < numbers.size(); ++i) {
    distances[i] = Minus(numbers[i], FloorDivide(times[i], nanos_per_unit));
  }
  return distances;
}

}  // namespace

bool NumberColumn::TryEncode(std::span<const std::string_view> values,
                             std::span<const int64_t> times, BlobWriter* out) {
  const auto form = NumberForm::Guess(values);
  if (!form) return false;
  std::vector<int64_t> numbers(values.size());
  std::vector<int64_t> rows;
  std::vector<std::string_view> exceptions;
  int64_t last = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    const auto number = form->Read(values[i]);
    if (!number) {
      rows.push_back(static_cast<int64_t>(i));
      exceptions.push_back(values[i]);
      if (rows.size() > values.size() / kExceptionShare) return false;
    }
    last = numbers[i] = number.value_or(last);
  }
  int64_t nanos_per_unit = times.empty() ? 0 : form->NanosPerUnit(numbers.back());
  if (nanos_per_unit > 0) {
    std::vector<int64_t> distances = Relative(numbers, times, nanos_per_unit);
    if (AverageBits(distances) + kRelativeSaves < AverageBits(numbers)) {
      numbers = std::move(distances);
    } else {
      nanos_per_unit = 0;
    }
  }
  std::string& directory = *out->directory();
  directory.push_back(static_cast<char>(Form::kNumber));
  directory.push_back(static_cast<char>(form->kind));
  directory.push_back(static_cast<char>(form->digits));
  if (form->kind == NumberForm::Kind::kDateTime) {
    directory.push_back(form->date_separator);
    directory.push_back(form->time_separator);
    directory.push_back(form->point);
    directory.push_back(form->zulu ? 1 : 0);
  }
  base::PutVarint(static_cast<uint64_t>(nanos_per_unit), &directory);
  Exceptions::Encode(rows, exceptions, out);
  IntColumn::Encode(numbers, out);
  return true;
}

base::StatusOr<std::unique_ptr<StringColumn>> NumberColumn::Parse(DirectoryReader* directory,
                                                                  size_t rows, int depth) {
  base::ByteReader& reader = directory->bytes;
  NumberForm form;
  const auto kind = reader.Fixed<uint8_t>();
  form.digits = reader.Fixed<uint8_t>();
  if (kind > NumberForm::kMaxKind || form.digits > NumberForm::kMaxDigits) {
    return base::DataLoss("a column has an unknown form of numbers");
  }
  form.kind = static_cast<NumberForm::Kind>(kind);
  if (form.kind == NumberForm::Kind::kDateTime) {
    form.date_separator = reader.Fixed<char>();
    form.time_separator = reader.Fixed<char>();
    form.point = reader.Fixed<char>();
    form.zulu = reader.Fixed<uint8_t>() != 0;
  }
  const uint64_t nanos_per_unit = reader.Varint();
  if (nanos_per_unit > 1'000'000'000) return base::DataLoss("a column's unit of time is unknown");
  VEDETTE_ASSIGN_OR_RETURN(Exceptions exceptions, Exceptions::Parse(directory, rows, depth));
  VEDETTE_ASSIGN_OR_RETURN(IntColumn stored, IntColumn::Parse(directory, rows));
  return std::unique_ptr<StringColumn>(new NumberColumn(form, static_cast<int64_t>(nanos_per_unit),
                                                        std::move(stored), std::move(exceptions)));
}

base::Status NumberColumn::Load(const BlobSource& source, std::span<const int64_t> times) {
  if (!numbers_.empty()) return {};
  VEDETTE_RETURN_IF_ERROR(exceptions_.Load(source));
  VEDETTE_RETURN_IF_ERROR(stored_.Load(source));
  const std::span<const int64_t> stored = stored_.values();
  if (nanos_per_unit_ == 0) {
    numbers_ = stored;
    return {};
  }
  if (times.size() != stored.size()) {
    return base::DataLoss("a column is relative to times that there are none of");
  }
  own_.resize(stored.size());
  for (size_t i = 0; i < own_.size(); ++i) {
    own_[i] = Plus(stored[i], FloorDivide(times[i], nanos_per_unit_));
  }
  numbers_ = own_;
  return {};
}

// Judged by the form and by the smallest and the largest number.
SlotBound NumberColumn::BoundOfNumbers() const {
  IntColumn::Range range = stored_.range();
  if (nanos_per_unit_ != 0) range = {};
  return number_form_.Bound(range.low, range.high);
}

// Ranges that are known without the numbers end at whole bytes: those of six digits look as if they
// might have eight, as many as the pieces of ids that are asked for.
bool NumberColumn::PaysToLookAt(const SlotBound& bound) const {
  constexpr uint8_t kFewestDigits = 7;
  return nanos_per_unit_ == 0 && number_form_.kind <= NumberForm::Kind::kTrimmed &&
         number_form_.kind != NumberForm::Kind::kPadded && bound.decimal_run >= kFewestDigits;
}

base::StatusOr<SlotBound> NumberColumn::Bound(const BlobSource& source) {
  VEDETTE_ASSIGN_OR_RETURN(SlotBound bound, exceptions_.Bound(source));
  SlotBound numbers = BoundOfNumbers();
  if (PaysToLookAt(numbers)) {
    VEDETTE_ASSIGN_OR_RETURN(const IntColumn::Range range, stored_.ExactRange(source));
    numbers = number_form_.Bound(range.low, range.high);
  }
  bound.Unite(numbers);
  return bound;
}

bool NumberColumn::HasPlainDigits() const {
  return number_form_.kind != NumberForm::Kind::kDateTime &&
         number_form_.kind != NumberForm::Kind::kIpv4;
}

// Digits as if there were no point among them, with any number of zeros before the first.
void NumberColumn::FindDigits(uint64_t digits, size_t count, RowSet* found) const {
  if (digits == 0) return found->AddAll();
  uint64_t power = 1;
  for (size_t i = 0; i < count; ++i) power *= 10;
  for (size_t row = 0; row < numbers_.size(); ++row) {
    const int64_t number = numbers_[row];
    uint64_t rest = number < 0 ? 0 - static_cast<uint64_t>(number) : static_cast<uint64_t>(number);
    for (; rest >= digits; rest /= 10) {
      if (rest % power == digits) {
        found->Add(row);
        break;
      }
      if (rest < 10) break;
    }
  }
}

// Digits that only the fraction of a second can have.
void NumberColumn::FindInFraction(uint64_t digits, size_t count, RowSet* found) const {
  uint64_t power = 1;
  for (size_t i = 0; i < count; ++i) power *= 10;
  int64_t second = 1;
  for (int i = 0; i < number_form_.digits; ++i) second *= 10;
  const size_t shifts = static_cast<size_t>(number_form_.digits) - count + 1;
  for (size_t row = 0; row < numbers_.size(); ++row) {
    const int64_t rest = numbers_[row] % second;
    auto fraction = static_cast<uint64_t>(rest < 0 ? rest + second : rest);
    for (size_t i = 0; i < shifts; ++i, fraction /= 10) {
      if (fraction % power == digits) found->Add(row);
    }
  }
}

base::Status NumberColumn::Find(std::string_view needle, const BlobSource& source,
                                std::span<const int64_t> times, RowSet* found) {
  VEDETTE_RETURN_IF_ERROR(exceptions_.Find(needle, source, found));
  if (!BoundOfNumbers().MayHold(needle)) return {};
  if (nanos_per_unit_ != 0 && times.empty()) {
    found->AddAll();
    return {};
  }
  const std::optional<uint64_t> digits = DigitsOf(needle);
  VEDETTE_RETURN_IF_ERROR(Load(source, times));
  if (digits && HasPlainDigits()) {
    FindDigits(*digits, needle.size(), found);
    return {};
  }
  constexpr size_t kYearDigits = 4;
  if (digits && needle.size() > kYearDigits && number_form_.kind == NumberForm::Kind::kDateTime) {
    FindInFraction(*digits, needle.size(), found);
    return {};
  }
  std::string text;
  for (size_t row = 0; row < numbers_.size(); ++row) {
    text.clear();
    number_form_.Append(numbers_[row], &text);
    if (text.find(needle) != std::string::npos) found->Add(row);
  }
  return {};
}

void NumberColumn::Append(size_t row, std::string* out) const {
  if (!exceptions_.Append(row, out)) number_form_.Append(numbers_[row], out);
}

size_t NumberColumn::Held() const {
  return stored_.held() + exceptions_.Held() + own_.capacity() * sizeof(int64_t);
}

void NumberColumn::Unload() {
  numbers_ = {};
  stored_.Unload();
  exceptions_.Unload();
  std::vector<int64_t>().swap(own_);
}

void NumberColumn::GatherEach(std::span<const uint32_t> rows, ValueTable* out) const {
  out->Reserve(rows.size(), 0);
  std::string& text = *out->text();
  size_t end = text.size();
  text.resize(end + NumberForm::kMostBytes * rows.size());
  for (const uint32_t row : rows) {
    end = static_cast<size_t>(number_form_.Write(numbers_[row], text.data() + end) - text.data());
    out->AddRow(out->EndValueAt(end));
  }
  text.resize(end);
}

// Few numbers next to each other are written once each.
void NumberColumn::Gather(std::span<const uint32_t> rows, ValueTable* out) const {
  const IntColumn::Range range = stored_.range();
  const uint64_t spread = static_cast<uint64_t>(range.high) - static_cast<uint64_t>(range.low);
  if (!exceptions_.empty()) return StringColumn::Gather(rows, out);
  if (nanos_per_unit_ != 0 || spread >= rows.size()) return GatherEach(rows, out);
  constexpr uint32_t kNone = UINT32_MAX;
  std::vector<uint32_t> known(spread + 1, kNone);
  for (const uint32_t row : rows) {
    uint32_t& value =
        known[static_cast<uint64_t>(numbers_[row]) - static_cast<uint64_t>(range.low)];
    if (value == kNone) {
      number_form_.Append(numbers_[row], out->text());
      value = out->EndValue();
    }
    out->AddRow(value);
  }
}

base::StatusOr<bool> NumberColumn::HoldsScalars(const BlobSource& source) {
  if (number_form_.kind == NumberForm::Kind::kDateTime) return false;
  return exceptions_.HoldScalars(source);
}

}  // namespace vedette::logstore
