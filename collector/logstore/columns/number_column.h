#ifndef VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_NUMBER_COLUMN_H_
#define VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_NUMBER_COLUMN_H_

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "collector/logstore/columns/exceptions.h"
#include "collector/logstore/columns/int_column.h"
#include "collector/logstore/columns/number_form.h"
#include "collector/logstore/columns/string_column.h"

namespace vedette::logstore {

// Values of one number form: integers, decimals, addresses, times. Times are kept as their
// distance from the time of the line where that is shorter.
class NumberColumn final : public StringColumn {
 public:
  // False, with nothing written, when too few values have a form in common.
  static bool TryEncode(std::span<const std::string_view> values, std::span<const int64_t> times,
                        BlobWriter* out);
  static base::StatusOr<std::unique_ptr<StringColumn>> Parse(DirectoryReader* directory,
                                                             size_t rows, int depth);

  base::Status Load(const BlobSource& source, std::span<const int64_t> times) override;
  void Append(size_t row, std::string* out) const override;
  base::Status Find(std::string_view needle, const BlobSource& source,
                    std::span<const int64_t> times, RowSet* found) override;
  base::StatusOr<SlotBound> Bound(const BlobSource& source) override;

  size_t Held() const override;
  void Unload() override;
  bool NeedsTimes() const override { return nanos_per_unit_ != 0; }
  void Gather(std::span<const uint32_t> rows, ValueTable* out) const override;
  base::StatusOr<bool> HoldsScalars(const BlobSource& source) override;

  const NumberForm& number_form() const { return number_form_; }
  // After Load; of exceptions any number.
  int64_t number(size_t row) const { return numbers_[row]; }
  const Exceptions& exceptions() const { return exceptions_; }

 private:
  NumberColumn(NumberForm form, int64_t nanos_per_unit, IntColumn stored, Exceptions exceptions)
      : StringColumn(Form::kNumber),
        number_form_(form),
        nanos_per_unit_(nanos_per_unit),
        stored_(std::move(stored)),
        exceptions_(std::move(exceptions)) {}

  SlotBound BoundOfNumbers() const;
  bool PaysToLookAt(const SlotBound& bound) const;
  bool HasPlainDigits() const;
  void GatherEach(std::span<const uint32_t> rows, ValueTable* out) const;
  void FindDigits(uint64_t digits, size_t count, RowSet* found) const;
  void FindInFraction(uint64_t digits, size_t count, RowSet* found) const;

  const NumberForm number_form_;
  const int64_t nanos_per_unit_;  // 0: not relative to the line's time
  IntColumn stored_;
  Exceptions exceptions_;
  std::vector<int64_t> own_;
  std::span<const int64_t> numbers_;
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_NUMBER_COLUMN_H_
