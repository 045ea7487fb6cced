#ifndef VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_SHAPES_COLUMN_H_
#define VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_SHAPES_COLUMN_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collector/logstore/columns/int_column.h"
#include "collector/logstore/columns/string_column.h"
#include "collector/logstore/columns/text_arena.h"

namespace vedette::logstore {

// Values taken apart by LineScanner and put together by shape. Few rows of a shape, and shapes
// beyond the limit, end in one whose only slot is the whole value.
struct ShapedValues {
  struct Shape {
    std::string text;                                  // with kSlotMark in the place of every slot
    std::vector<uint32_t> rows;                        // ascending
    std::vector<std::vector<std::string_view>> slots;  // values, one a row
    // Where they lie, next to each other: each is looked at several times.
    TextArena texts;
  };
  std::vector<Shape> shapes;
  std::vector<int64_t> ids;  // of every row
  size_t whole_rows = 0;     // that are not taken apart
};

// The shapes of values, `max_shapes` at most; values of others have one that is a slot alone.
// False, and nothing: `may_give_up` and the first values tell already that it would not pay.
bool ShapeValues(std::span<const std::string_view> values, size_t max_shapes, bool may_give_up,
                 ShapedValues* out);

// Values as their shape and, for every shape, the columns of its slots.
class ShapesColumn final : public StringColumn {
 public:
  // Borrows the directory.
  struct Shape {
    std::string_view text;  // with kSlotMark in the place of every slot
    size_t rows = 0;
    std::optional<DirectoryReader> begin;  // of its columns
    // After Open: what is around the slots, one more than there are slots, and a column a slot.
    std::vector<std::string_view> texts;
    std::vector<std::unique_ptr<StringColumn>> columns;
    void Close() {
      std::vector<std::string_view>().swap(texts);
      std::vector<std::unique_ptr<StringColumn>>().swap(columns);
    }
    std::vector<uint32_t> own_rows;  // after LoadIds: its rows, ascending
  };

  static void Encode(const ShapedValues& shaped, const EncodeStringsOptions& options,
                     BlobWriter* out);
  // Checks all of it. Shapes are opened, or, where `lazily`, not kept so.
  static base::StatusOr<std::unique_ptr<ShapesColumn>> Parse(DirectoryReader* directory,
                                                             size_t rows, int depth,
                                                             bool lazily = false);

  const std::vector<Shape>& shapes() const { return shapes_; }
  // Makes the columns of a shape that was parsed lazily; those that load or search do so.
  base::Status Open(size_t shape);
  // Which shape every row has, and where in it; columns are not loaded.
  base::Status LoadIds(const BlobSource& source);
  // The columns of one shape. After LoadIds.
  base::Status LoadShape(size_t shape, const BlobSource& source, std::span<const int64_t> times);
  base::Status Load(const BlobSource& source, std::span<const int64_t> times) override;
  void Append(size_t row, std::string* out) const override;
  size_t Held() const override;
  void Unload() override;
  bool NeedsTimes() const override;
  // One slot of one shape. With times only after LoadIds.
  base::Status LoadSlot(size_t shape, size_t slot, const BlobSource& source,
                        std::span<const int64_t> times);
  base::Status Find(std::string_view needle, const BlobSource& source,
                    std::span<const int64_t> times, RowSet* found) override;
  // The same of one shape, by place. With times only after LoadIds.
  base::Status FindInShape(size_t shape, std::string_view needle, const BlobSource& source,
                           std::span<const int64_t> times, RowSet* places);
  base::StatusOr<SlotBound> Bound(const BlobSource& source) override;

  // After LoadIds.
  size_t shape_of(size_t row) const { return static_cast<size_t>(ids_.values()[row]); }
  size_t place_of(size_t row) const { return places_[row]; }
  // After LoadShape: the value at a place of a shape.
  void AppendAt(size_t shape, size_t place, std::string* out) const;

 private:
  ShapesColumn(IntColumn ids, int depth)
      : StringColumn(Form::kShapes), ids_(std::move(ids)), depth_(depth) {}
  static base::Status ParseColumns(DirectoryReader* directory, int depth, Shape* shape);

  IntColumn ids_;
  const int depth_;
  bool lazily_ = false;
  std::vector<Shape> shapes_;
  std::vector<uint32_t> places_;
  bool ids_loaded_ = false;
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_SHAPES_COLUMN_H_
