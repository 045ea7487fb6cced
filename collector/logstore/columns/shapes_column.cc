#include "collector/logstore/columns/shapes_column.h"

#include <algorithm>
#include <deque>

#include "absl/container/flat_hash_map.h"
#include "collector/logstore/columns/line_scanner.h"
#include "collector/logstore/columns/needle_search.h"

namespace vedette::logstore {
namespace {

// Rows that a shape needs to be one, of so many rows.
constexpr size_t kRowsPerShapeRow = 4096;
constexpr size_t kMostNeeded = 16;
// Lines of more are kept whole: a column each would cost more than it saves.
constexpr size_t kMostSlots = 1024;
// After so many rows more shapes than the half of them are too many.
constexpr size_t kProbeRows = 256;

size_t RowsNeeded(size_t rows) {
  return std::clamp<size_t>(rows / kRowsPerShapeRow, 2, kMostNeeded);
}

ShapedValues::Shape WholeShape() {
  ShapedValues::Shape whole;
  whole.text.push_back(kSlotMark);
  whole.slots.resize(1);
  return whole;
}

void AddWhole(std::span<const std::string_view> values, std::span<const uint32_t> rows,
              ShapedValues::Shape* whole) {
  whole->rows.insert(whole->rows.end(), rows.begin(), rows.end());
  std::sort(whole->rows.begin(), whole->rows.end());
  std::vector<std::string_view>& slot = whole->slots[0];
  slot.clear();
  for (const uint32_t row : whole->rows) slot.push_back(values[row]);
}

// Shapes of few rows lose them to the whole shape.
void DropRare(std::span<const std::string_view> values, std::vector<uint32_t> homeless,
              ShapedValues* shaped) {
  const size_t needed = RowsNeeded(values.size());
  ShapedValues::Shape whole = WholeShape();
  std::vector<ShapedValues::Shape> kept;
  for (ShapedValues::Shape& shape : shaped->shapes) {
    if (shape.text == whole.text || shape.rows.size() < needed) {
      homeless.insert(homeless.end(), shape.rows.begin(), shape.rows.end());
    } else {
      kept.push_back(std::move(shape));
    }
  }
  if (!homeless.empty()) {
    AddWhole(values, homeless, &whole);
    shaped->whole_rows = whole.rows.size();
    kept.push_back(std::move(whole));
  }
  shaped->shapes = std::move(kept);
  shaped->ids.resize(values.size());
  for (size_t id = 0; id < shaped->shapes.size(); ++id) {
    for (const uint32_t row : shaped->shapes[id].rows) {
      shaped->ids[row] = static_cast<int64_t>(id);
    }
  }
}

void AddRow(uint32_t row, std::span<const std::string_view> values, ShapedValues::Shape* shape) {
  constexpr size_t kFewRows = 1024;
  const size_t rows = shape->rows.size();
  shape->rows.push_back(row);
  for (size_t slot = 0; slot < values.size(); ++slot) {
    std::vector<std::string_view>& own = shape->slots[slot];
    if (rows == own.capacity() && rows > 1 && rows < kFewRows) own.reserve(4 * rows);
    own.push_back(shape->texts.Keep(values[slot]));
  }
}

bool IsConstantSlot(const std::vector<std::string_view>& values) {
  return std::all_of(values.begin(), values.end(),
                     [&](std::string_view value) { return value == values[0]; });
}

void EncodeSlot(const ShapedValues::Shape& shape, size_t slot, const EncodeStringsOptions& options,
                BlobWriter* out) {
  const std::vector<std::string_view>& values = shape.slots[slot];
  for (size_t before = 0; before < slot; ++before) {
    if (shape.slots[before] != values || IsConstantSlot(values)) continue;
    out->directory()->push_back(static_cast<char>(StringColumn::Form::kCopy));
    base::PutVarint(before, out->directory());
    return;
  }
  EncodeStrings(values, options, out);
}

std::vector<int64_t> TimesOf(std::span<const uint32_t> rows, std::span<const int64_t> times) {
  std::vector<int64_t> own;
  if (times.empty()) return own;
  own.reserve(rows.size());
  for (const uint32_t row : rows) own.push_back(times[row]);
  return own;
}

// A needle in the columns of one shape.
class ColumnSearch final : public NeedleSearch {
 public:
  ColumnSearch(const ShapesColumn::Shape& shape, std::string_view needle, const BlobSource& source,
               std::span<const int64_t> times, RowSet* places)
      : NeedleSearch(shape.texts, needle, places), shape_(shape), source_(source), times_(times) {}

 private:
  base::Status Find(size_t slot, std::string_view part, RowSet* found) override {
    return shape_.columns[slot]->Find(part, source_, times_, found);
  }

  const ShapesColumn::Shape& shape_;
  const BlobSource& source_;
  const std::span<const int64_t> times_;
};

}  // namespace

bool ShapeValues(std::span<const std::string_view> values, size_t max_shapes, bool may_give_up,
                 ShapedValues* out) {
  LineScanner scanner;
  absl::flat_hash_map<std::string, uint32_t> ids;
  std::vector<uint32_t> homeless;
  for (size_t row = 0; row < values.size(); ++row) {
    if (may_give_up && row == kProbeRows && ids.size() > std::min(max_shapes, kProbeRows / 2)) {
      return false;
    }
    scanner.Scan(values[row]);
    if (scanner.values().size() > kMostSlots) {
      homeless.push_back(static_cast<uint32_t>(row));
      continue;
    }
    auto found = ids.find(scanner.shape());
    if (found == ids.end()) {
      if (ids.size() == max_shapes) {
        homeless.push_back(static_cast<uint32_t>(row));
        continue;
      }
      found = ids.emplace(scanner.shape(), static_cast<uint32_t>(ids.size())).first;
      ShapedValues::Shape& shape = out->shapes.emplace_back();
      shape.text = scanner.shape();
      shape.slots.resize(scanner.values().size());
    }
    AddRow(static_cast<uint32_t>(row), scanner.values(), &out->shapes[found->second]);
  }
  DropRare(values, std::move(homeless), out);
  return true;
}

void ShapesColumn::Encode(const ShapedValues& shaped, const EncodeStringsOptions& options,
                          BlobWriter* out) {
  std::string& directory = *out->directory();
  directory.push_back(static_cast<char>(Form::kShapes));
  base::PutVarint(shaped.shapes.size(), &directory);
  for (const ShapedValues::Shape& shape : shaped.shapes) {
    base::PutString(shape.text, &directory);
    base::PutVarint(shape.rows.size(), &directory);
  }
  IntColumn::Encode(shaped.ids, out);
  for (const ShapedValues::Shape& shape : shaped.shapes) {
    const std::vector<int64_t> times = TimesOf(shape.rows, options.times);
    EncodeStringsOptions inner = options;
    inner.times = times;
    inner.shapes_deep = shape.text.size() == 1 ? 0 : options.shapes_deep - 1;
    for (size_t slot = 0; slot < shape.slots.size(); ++slot) EncodeSlot(shape, slot, inner, out);
  }
}

base::Status ShapesColumn::ParseColumns(DirectoryReader* directory, int depth, Shape* shape) {
  shape->texts = TextsOfShape(shape->text);
  for (size_t slot = 0; slot + 1 < shape->texts.size(); ++slot) {
    VEDETTE_ASSIGN_OR_RETURN(auto column,
                             ParseStrings(directory, shape->rows, shape->columns, depth + 1));
    shape->columns.push_back(std::move(column));
  }
  return {};
}

base::StatusOr<std::unique_ptr<ShapesColumn>> ShapesColumn::Parse(DirectoryReader* directory,
                                                                  size_t rows, int depth,
                                                                  bool lazily) {
  const uint64_t count = directory->bytes.Varint();
  std::vector<Shape> shapes;
  uint64_t all_rows = 0;
  for (uint64_t i = 0; i < count && directory->bytes.ok(); ++i) {
    Shape shape;
    shape.text = directory->bytes.String();
    shape.rows = directory->bytes.Varint();
    if (shape.rows > rows - all_rows) return base::DataLoss("shapes have more rows than there are");
    all_rows += shape.rows;
    shapes.push_back(std::move(shape));
  }
  if (!directory->bytes.ok() || all_rows != rows) {
    return base::DataLoss("shapes have fewer rows than there are");
  }
  VEDETTE_ASSIGN_OR_RETURN(IntColumn ids, IntColumn::Parse(directory, rows));
  auto column = std::unique_ptr<ShapesColumn>(new ShapesColumn(std::move(ids), depth));
  column->lazily_ = lazily;
  for (Shape& shape : shapes) {
    shape.begin = *directory;
    VEDETTE_RETURN_IF_ERROR(ParseColumns(directory, depth, &shape));
    if (!lazily) continue;
    shape.Close();
  }
  shapes.shrink_to_fit();
  column->shapes_ = std::move(shapes);
  return column;
}

base::Status ShapesColumn::Open(size_t shape) {
  Shape& own = shapes_[shape];
  if (!own.texts.empty()) return {};
  DirectoryReader directory = *own.begin;
  const base::Status status = ParseColumns(&directory, depth_, &own);
  if (!status.ok()) own.Close();
  return status;
}

base::Status ShapesColumn::LoadIds(const BlobSource& source) {
  if (ids_loaded_) return {};
  VEDETTE_RETURN_IF_ERROR(ids_.Load(source));
  places_.clear();
  for (Shape& shape : shapes_) {
    shape.own_rows.clear();
    shape.own_rows.reserve(shape.rows);
  }
  places_.reserve(ids_.values().size());
  for (size_t row = 0; row < ids_.values().size(); ++row) {
    const auto id = static_cast<uint64_t>(ids_.values()[row]);
    if (id >= shapes_.size()) return base::DataLoss("a row has a shape that there is none of");
    std::vector<uint32_t>& own = shapes_[id].own_rows;
    places_.push_back(static_cast<uint32_t>(own.size()));
    own.push_back(static_cast<uint32_t>(row));
  }
  for (const Shape& shape : shapes_) {
    if (shape.own_rows.size() != shape.rows) {
      return base::DataLoss("a shape has more or fewer rows than it declares");
    }
  }
  ids_loaded_ = true;
  return {};
}

base::Status ShapesColumn::LoadShape(size_t shape, const BlobSource& source,
                                     std::span<const int64_t> times) {
  VEDETTE_RETURN_IF_ERROR(Open(shape));
  const std::vector<int64_t> own = TimesOf(shapes_[shape].own_rows, times);
  for (const auto& column : shapes_[shape].columns) {
    VEDETTE_RETURN_IF_ERROR(column->Load(source, own));
  }
  return {};
}

base::Status ShapesColumn::LoadSlot(size_t shape, size_t slot, const BlobSource& source,
                                    std::span<const int64_t> times) {
  VEDETTE_RETURN_IF_ERROR(Open(shape));
  StringColumn& column = *shapes_[shape].columns[slot];
  if (!column.NeedsTimes()) return column.Load(source, {});
  const std::vector<int64_t> own = TimesOf(shapes_[shape].own_rows, times);
  return column.Load(source, own);
}

size_t ShapesColumn::Held() const {
  size_t held = ids_.held() + places_.capacity() * sizeof(uint32_t);
  for (const Shape& shape : shapes_) {
    held += shape.own_rows.capacity() * sizeof(uint32_t);
    // Columns themselves, about.
    if (lazily_) held += shape.columns.size() * 512;
    for (const auto& column : shape.columns) held += column->Held();
  }
  return held;
}

void ShapesColumn::Unload() {
  ids_.Unload();
  ids_loaded_ = false;
  std::vector<uint32_t>().swap(places_);
  for (Shape& shape : shapes_) {
    std::vector<uint32_t>().swap(shape.own_rows);
    for (const auto& column : shape.columns) column->Unload();
    if (!lazily_) continue;
    shape.Close();
  }
}

bool ShapesColumn::NeedsTimes() const {
  return std::any_of(shapes_.begin(), shapes_.end(), [](const Shape& shape) {
    return std::any_of(shape.columns.begin(), shape.columns.end(),
                       [](const auto& column) { return column->NeedsTimes(); });
  });
}

base::Status ShapesColumn::Load(const BlobSource& source, std::span<const int64_t> times) {
  VEDETTE_RETURN_IF_ERROR(LoadIds(source));
  for (size_t shape = 0; shape < shapes_.size(); ++shape) {
    VEDETTE_RETURN_IF_ERROR(LoadShape(shape, source, times));
  }
  return {};
}

base::Status ShapesColumn::FindInShape(size_t shape, std::string_view needle,
                                       const BlobSource& source, std::span<const int64_t> times,
                                       RowSet* places) {
  VEDETTE_RETURN_IF_ERROR(Open(shape));
  const std::vector<int64_t> own = TimesOf(shapes_[shape].own_rows, times);
  return ColumnSearch(shapes_[shape], needle, source, own, places).Run();
}

base::Status ShapesColumn::Find(std::string_view needle, const BlobSource& source,
                                std::span<const int64_t> times, RowSet* found) {
  if (!times.empty()) VEDETTE_RETURN_IF_ERROR(LoadIds(source));
  for (size_t shape = 0; shape < shapes_.size(); ++shape) {
    RowSet places(shapes_[shape].rows);
    VEDETTE_RETURN_IF_ERROR(FindInShape(shape, needle, source, times, &places));
    if (places.empty()) continue;
    VEDETTE_RETURN_IF_ERROR(LoadIds(source));
    for (size_t place = 0; place < places.rows(); ++place) {
      if (places.Has(place)) found->Add(shapes_[shape].own_rows[place]);
    }
  }
  return {};
}

base::StatusOr<SlotBound> ShapesColumn::Bound(const BlobSource& source) {
  SlotBound bound;
  for (size_t shape = 0; shape < shapes_.size(); ++shape) {
    VEDETTE_RETURN_IF_ERROR(Open(shape));
    BoundChain chain;
    const Shape& own = shapes_[shape];
    for (size_t slot = 0; slot < own.columns.size(); ++slot) {
      chain.AddText(own.texts[slot]);
      VEDETTE_ASSIGN_OR_RETURN(const SlotBound values, own.columns[slot]->Bound(source));
      chain.AddSlot(values);
    }
    chain.AddText(own.texts.back());
    bound.Unite(chain.bound());
  }
  return bound;
}

void ShapesColumn::AppendAt(size_t shape, size_t place, std::string* out) const {
  const Shape& own = shapes_[shape];
  for (size_t slot = 0; slot < own.columns.size(); ++slot) {
    out->append(own.texts[slot]);
    own.columns[slot]->Append(place, out);
  }
  out->append(own.texts.back());
}

void ShapesColumn::Append(size_t row, std::string* out) const {
  AppendAt(shape_of(row), place_of(row), out);
}

}  // namespace vedette::logstore
