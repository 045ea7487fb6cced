#ifndef VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_STRING_COLUMN_H_
#define VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_STRING_COLUMN_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "collector/logstore/columns/blob.h"
#include "collector/logstore/columns/packed_hex.h"
#include "collector/logstore/columns/row_set.h"
#include "collector/logstore/columns/slot_bound.h"
#include "collector/logstore/columns/value_table.h"

namespace vedette::logstore {

// Bytes of a column's values that can be searched without the column.
struct SearchableBytes {
  SearchStyle style;
  StoredBlob blob;
};

// Strings of one kind, in one of several forms (FORMAT.md). What a column's form is, its
// dictionary's size and so on are known when it is parsed; its values when it is loaded. Not
// thread-safe while loading.
class StringColumn {
 public:
  enum class Form : uint8_t { kConstant, kNumber, kHex, kDictionary, kShapes, kText, kCopy };
  static constexpr uint8_t kMaxForm = static_cast<uint8_t>(Form::kCopy);

  virtual ~StringColumn() = default;
  Form form() const { return form_; }

  // `times`: those of the lines that the values belong to, empty when there are none.
  virtual base::Status Load(const BlobSource& source, std::span<const int64_t> times) = 0;
  // After Load, of a row that the column has.
  virtual void Append(size_t row, std::string* out) const = 0;
  // Whether Load needs times.
  virtual bool NeedsTimes() const { return false; }
  // After Load: the values of `rows`, each once where that is cheap.
  virtual void Gather(std::span<const uint32_t> rows, ValueTable* out) const;
  // Bytes that loading took; Unload gives them back.
  virtual size_t Held() const = 0;
  virtual void Unload() = 0;
  // Whether every value is a JSON number, true, false or null, as far as that is known at little
  // cost: false for columns of other forms whatever they hold.
  virtual base::StatusOr<bool> HoldsScalars(const BlobSource& /*source*/) { return false; }
  // Adds at least the rows whose value has `needle` (not empty) in it, loading as little as that
  // takes. Without `times` all rows of a column that is relative to them are added.
  virtual base::Status Find(std::string_view needle, const BlobSource& source,
                            std::span<const int64_t> times, RowSet* found) = 0;
  // What the values have at most; loads what it takes to know.
  virtual base::StatusOr<SlotBound> Bound(const BlobSource& source) = 0;
  // Where bytes lie that tell whether any value has a string, if one look at them does.
  virtual std::optional<SearchableBytes> Searchable() const { return std::nullopt; }

 protected:
  explicit StringColumn(Form form) : form_(form) {}

 private:
  const Form form_;
};

// How far EncodeStrings may go.
struct EncodeStringsOptions {
  std::span<const int64_t> times;  // of the lines, one a value, or empty
  int shapes_deep = 0;             // levels of shapes that are left
  bool dictionary = true;
};

// Writes the values in the form that seems smallest. What `values` borrow must outlive the call.
void EncodeStrings(std::span<const std::string_view> values, const EncodeStringsOptions& options,
                   BlobWriter* out);

// Reads what EncodeStrings wrote of `rows` values. `siblings`: the columns before it of the same
// shape, of which it may be a copy. Borrows the directory and the siblings.
base::StatusOr<std::unique_ptr<StringColumn>> ParseStrings(
    DirectoryReader* directory, size_t rows,
    std::span<const std::unique_ptr<StringColumn>> siblings = {}, int depth = 0);

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_STRING_COLUMN_H_
