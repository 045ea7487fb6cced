#ifndef VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_HEX_COLUMN_H_
#define VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_HEX_COLUMN_H_

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collector/logstore/columns/exceptions.h"
#include "collector/logstore/columns/int_column.h"
#include "collector/logstore/columns/packed_hex.h"
#include "collector/logstore/columns/string_column.h"

namespace vedette::logstore {

// Hex digits of one case, and UUIDs: half a byte a digit, each value from a whole byte on.
class HexColumn final : public StringColumn {
 public:
  static bool TryEncode(std::span<const std::string_view> values, BlobWriter* out);
  static base::StatusOr<std::unique_ptr<StringColumn>> Parse(DirectoryReader* directory,
                                                             size_t rows, int depth);

  base::Status Load(const BlobSource& source, std::span<const int64_t> times) override;
  void Append(size_t row, std::string* out) const override;
  void Gather(std::span<const uint32_t> rows, ValueTable* out) const override;
  size_t Held() const override;
  void Unload() override;
  base::Status Find(std::string_view needle, const BlobSource& source,
                    std::span<const int64_t> times, RowSet* found) override;
  base::StatusOr<SlotBound> Bound(const BlobSource& source) override;

  std::optional<SearchableBytes> Searchable() const override;

 private:
  // A value's digits; where they end.
  char* Write(size_t row, char* to) const;
  // Adds the rows that have `bytes` in their stored ones.
  base::Status AddRowsWith(std::string_view bytes, const BlobSource& source, RowSet* found);

  HexColumn(HexStyle style, IntColumn lengths, Exceptions exceptions, BlobRef blob)
      : StringColumn(Form::kHex),
        style_(style),
        lengths_(std::move(lengths)),
        exceptions_(std::move(exceptions)),
        blob_(std::move(blob)) {}

  const HexStyle style_;
  IntColumn lengths_;  // in digits
  Exceptions exceptions_;
  BlobRef blob_;
  std::string bytes_;
  std::vector<uint32_t> offsets_;  // where lengths differ
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_HEX_COLUMN_H_
