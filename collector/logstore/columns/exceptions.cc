#include "collector/logstore/columns/exceptions.h"

#include <algorithm>

namespace vedette::logstore {

void Exceptions::Encode(std::span<const int64_t> rows, std::span<const std::string_view> values,
                        BlobWriter* out) {
  base::PutVarint(rows.size(), out->directory());
  if (rows.empty()) return;
  IntColumn::Encode(rows, out);
  EncodeStrings(values, {.times = {}, .shapes_deep = 0, .dictionary = false}, out);
}

base::StatusOr<Exceptions> Exceptions::Parse(DirectoryReader* directory, size_t rows, int depth) {
  Exceptions exceptions;
  const uint64_t count = directory->bytes.Varint();
  if (count > rows) return base::DataLoss("a column has more exceptions than rows");
  exceptions.count_ = count;
  if (count == 0) return exceptions;
  VEDETTE_ASSIGN_OR_RETURN(IntColumn at, IntColumn::Parse(directory, count));
  exceptions.rows_.push_back(std::move(at));
  VEDETTE_ASSIGN_OR_RETURN(exceptions.values_, ParseStrings(directory, count, {}, depth + 1));
  return exceptions;
}

base::Status Exceptions::Load(const BlobSource& source) {
  if (empty()) return {};
  VEDETTE_RETURN_IF_ERROR(rows_[0].Load(source));
  return values_->Load(source, {});
}

base::Status Exceptions::Find(std::string_view needle, const BlobSource& source, RowSet* found) {
  if (empty()) return {};
  RowSet own(count_);
  VEDETTE_RETURN_IF_ERROR(values_->Find(needle, source, {}, &own));
  if (own.empty()) return {};
  VEDETTE_RETURN_IF_ERROR(rows_[0].Load(source));
  for (size_t i = 0; i < count_; ++i) {
    const auto row = static_cast<uint64_t>(rows_[0].values()[i]);
    if (row >= found->rows()) return base::DataLoss("an exception has a row that there is none of");
    if (own.Has(i)) found->Add(row);
  }
  return {};
}

base::StatusOr<bool> Exceptions::HoldScalars(const BlobSource& source) {
  VEDETTE_RETURN_IF_ERROR(Load(source));
  std::string value;
  for (size_t i = 0; i < count_; ++i) {
    value.clear();
    values_->Append(i, &value);
    if (!IsJsonScalar(value)) return false;
  }
  return true;
}

base::StatusOr<SlotBound> Exceptions::Bound(const BlobSource& source) {
  if (empty()) return SlotBound{};
  return values_->Bound(source);
}

bool Exceptions::Append(size_t row, std::string* out) const {
  if (empty()) return false;
  const std::span<const int64_t> rows = rows_[0].values();
  const auto found = std::lower_bound(rows.begin(), rows.end(), static_cast<int64_t>(row));
  if (found == rows.end() || *found != static_cast<int64_t>(row)) return false;
  values_->Append(static_cast<size_t>(found - rows.begin()), out);
  return true;
}

}  // namespace vedette::logstore
