#ifndef VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_EXCEPTIONS_H_
#define VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_EXCEPTIONS_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collector/logstore/columns/int_column.h"
#include "collector/logstore/columns/string_column.h"

namespace vedette::logstore {

// One value of so many may be an exception.
inline constexpr size_t kExceptionShare = 16;

// The few values of a column that its form does not fit.
class Exceptions {
 public:
  static void Encode(std::span<const int64_t> rows, std::span<const std::string_view> values,
                     BlobWriter* out);
  static base::StatusOr<Exceptions> Parse(DirectoryReader* directory, size_t rows, int depth);

  base::Status Load(const BlobSource& source);
  bool empty() const { return count_ == 0; }
  size_t Held() const { return empty() ? 0 : rows_[0].held() + values_->Held(); }
  void Unload() {
    if (empty()) return;
    rows_[0].Unload();
    values_->Unload();
  }
  // As StringColumn::Find, of the column's rows.
  base::Status Find(std::string_view needle, const BlobSource& source, RowSet* found);
  base::StatusOr<bool> HoldScalars(const BlobSource& source);
  // As StringColumn::Bound; of no value where there are none.
  base::StatusOr<SlotBound> Bound(const BlobSource& source);
  // Whether `row` is one; then its value is appended.
  bool Append(size_t row, std::string* out) const;

 private:
  size_t count_ = 0;
  std::vector<IntColumn> rows_;  // one or none
  std::unique_ptr<StringColumn> values_;
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_EXCEPTIONS_H_
