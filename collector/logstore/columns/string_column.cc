#include "collector/logstore/columns/string_column.h"

#include <algorithm>
#include <numeric>

#include "absl/container/flat_hash_map.h"
#include "collector/logstore/columns/byte_search.h"
#include "collector/logstore/columns/hex_column.h"
#include "collector/logstore/columns/int_column.h"
#include "collector/logstore/columns/number_column.h"
#include "collector/logstore/columns/shapes_column.h"

namespace vedette::logstore {
namespace {

constexpr int kTextLevel = 3;
// Shapes of a slot's values, at most, and rows that one needs on average to be worth it.
constexpr size_t kMaxShapes = 1024;
constexpr size_t kRowsPerShape = 8;
// A granule's lines are no more.
constexpr size_t kMaxDictionaryBytes = 64 << 20;
// Deepest nesting that is read.
constexpr int kMaxDepth = 8;

class ConstantColumn final : public StringColumn {
 public:
  explicit ConstantColumn(std::string value)
      : StringColumn(Form::kConstant), value_(std::move(value)) {}
  base::Status Load(const BlobSource& /*source*/, std::span<const int64_t> /*times*/) override {
    return {};
  }
  void Append(size_t /*row*/, std::string* out) const override { out->append(value_); }
  size_t Held() const override { return 0; }
  void Unload() override {}
  void Gather(std::span<const uint32_t> rows, ValueTable* out) const override {
    out->text()->append(value_);
    const uint32_t value = out->EndValue();
    for (size_t i = 0; i < rows.size(); ++i) out->AddRow(value);
  }
  base::StatusOr<bool> HoldsScalars(const BlobSource& /*source*/) override {
    return IsJsonScalar(value_);
  }
  base::Status Find(std::string_view needle, const BlobSource& /*source*/,
                    std::span<const int64_t> /*times*/, RowSet* found) override {
    if (value_.find(needle) != std::string::npos) found->AddAll();
    return {};
  }
  base::StatusOr<SlotBound> Bound(const BlobSource& /*source*/) override {
    return SlotBound::Of(value_);
  }

 private:
  const std::string value_;
};

class CopyColumn final : public StringColumn {
 public:
  explicit CopyColumn(StringColumn* of) : StringColumn(Form::kCopy), of_(of) {}
  base::Status Load(const BlobSource& source, std::span<const int64_t> times) override {
    return of_->Load(source, times);
  }
  void Append(size_t row, std::string* out) const override { of_->Append(row, out); }
  // The sibling tells.
  size_t Held() const override { return 0; }
  void Unload() override {}
  bool NeedsTimes() const override { return of_->NeedsTimes(); }
  void Gather(std::span<const uint32_t> rows, ValueTable* out) const override {
    of_->Gather(rows, out);
  }
  base::StatusOr<bool> HoldsScalars(const BlobSource& source) override {
    return of_->HoldsScalars(source);
  }
  base::Status Find(std::string_view needle, const BlobSource& source,
                    std::span<const int64_t> times, RowSet* found) override {
    return of_->Find(needle, source, times, found);
  }
  base::StatusOr<SlotBound> Bound(const BlobSource& source) override { return of_->Bound(source); }

 private:
  StringColumn* const of_;
};

class DictionaryColumn final : public StringColumn {
 public:
  DictionaryColumn(size_t size, std::unique_ptr<StringColumn> table, IntColumn ids)
      : StringColumn(Form::kDictionary),
        size_(size),
        table_(std::move(table)),
        ids_(std::move(ids)) {}
  base::Status Load(const BlobSource& source, std::span<const int64_t> /*times*/) override {
    if (!ends_.empty()) return {};
    VEDETTE_RETURN_IF_ERROR(table_->Load(source, {}));
    VEDETTE_RETURN_IF_ERROR(ids_.Load(source));
    text_.clear();
    std::vector<size_t> ends(1, 0);
    for (size_t i = 0; i < size_; ++i) {
      table_->Append(i, &text_);
      ends.push_back(text_.size());
      if (text_.size() > kMaxDictionaryBytes) return base::DataLoss("a dictionary is too large");
    }
    const auto outside = [&](int64_t id) { return static_cast<uint64_t>(id) >= size_; };
    if (std::any_of(ids_.values().begin(), ids_.values().end(), outside)) {
      return base::DataLoss("a column leaves its dictionary");
    }
    ends_ = std::move(ends);
    return {};
  }
  size_t Held() const override {
    return table_->Held() + ids_.held() + text_.capacity() + ends_.capacity() * sizeof(size_t);
  }
  void Unload() override {
    table_->Unload();
    ids_.Unload();
    std::string().swap(text_);
    std::vector<size_t>().swap(ends_);
  }
  void Append(size_t row, std::string* out) const override {
    const auto id = static_cast<size_t>(ids_.values()[row]);
    out->append(text_, ends_[id], ends_[id + 1] - ends_[id]);
  }
  void Gather(std::span<const uint32_t> rows, ValueTable* out) const override {
    if (rows.size() < size_) return StringColumn::Gather(rows, out);
    const auto first = static_cast<uint32_t>(out->size());
    for (size_t i = 0; i < size_; ++i) {
      out->text()->append(text_, ends_[i], ends_[i + 1] - ends_[i]);
      out->EndValue();
    }
    out->Reserve(rows.size(), 0);
    const std::span<const int64_t> ids = ids_.values();
    for (const uint32_t row : rows) out->AddRow(first + static_cast<uint32_t>(ids[row]));
  }
  base::StatusOr<bool> HoldsScalars(const BlobSource& source) override {
    VEDETTE_RETURN_IF_ERROR(table_->Load(source, {}));
    std::string value;
    for (size_t i = 0; i < size_; ++i) {
      value.clear();
      table_->Append(i, &value);
      if (!IsJsonScalar(value)) return false;
    }
    return true;
  }
  base::Status Find(std::string_view needle, const BlobSource& source,
                    std::span<const int64_t> times, RowSet* found) override {
    RowSet entries(size_);
    VEDETTE_RETURN_IF_ERROR(table_->Find(needle, source, {}, &entries));
    if (entries.empty()) return {};
    VEDETTE_RETURN_IF_ERROR(Load(source, times));
    for (size_t row = 0; row < ids_.values().size(); ++row) {
      if (entries.Has(static_cast<size_t>(ids_.values()[row]))) found->Add(row);
    }
    return {};
  }
  base::StatusOr<SlotBound> Bound(const BlobSource& source) override {
    return table_->Bound(source);
  }
  std::optional<SearchableBytes> Searchable() const override { return table_->Searchable(); }

 private:
  const size_t size_;
  const std::unique_ptr<StringColumn> table_;
  IntColumn ids_;
  std::string text_;
  std::vector<size_t> ends_;
};

class TextColumn final : public StringColumn {
 public:
  TextColumn(IntColumn lengths, BlobRef blob)
      : StringColumn(Form::kText), lengths_(std::move(lengths)), blob_(std::move(blob)) {}
  base::Status Load(const BlobSource& source, std::span<const int64_t> /*times*/) override {
    if (!ends_.empty()) return {};
    VEDETTE_RETURN_IF_ERROR(lengths_.Load(source));
    VEDETTE_RETURN_IF_ERROR(blob_.Load(source, &text_));
    std::vector<size_t> ends(1, 0);
    uint64_t end = 0;
    for (const int64_t length : lengths_.values()) {
      if (length < 0 || static_cast<uint64_t>(length) > text_.size() - end) {
        return base::DataLoss("a column of text is cut short");
      }
      end += static_cast<uint64_t>(length);
      ends.push_back(end);
    }
    ends_ = std::move(ends);
    return {};
  }
  size_t Held() const override {
    return lengths_.held() + text_.capacity() + ends_.capacity() * sizeof(size_t);
  }
  void Unload() override {
    lengths_.Unload();
    std::string().swap(text_);
    std::vector<size_t>().swap(ends_);
  }
  void Append(size_t row, std::string* out) const override {
    out->append(text_, ends_[row], ends_[row + 1] - ends_[row]);
  }
  base::Status Find(std::string_view needle, const BlobSource& source,
                    std::span<const int64_t> times, RowSet* found) override {
    VEDETTE_RETURN_IF_ERROR(Load(source, times));
    size_t at = FindBytes(text_, needle);
    while (at != std::string::npos) {
      const auto next = std::upper_bound(ends_.begin(), ends_.end(), at);
      if (next == ends_.end()) break;
      // A hit that reaches into the next value is none.
      const bool inside = at + needle.size() <= *next;
      if (inside) found->Add(static_cast<size_t>(next - ends_.begin()) - 1);
      at = FindBytes(text_, needle, inside ? *next : at + 1);
    }
    return {};
  }
  void Gather(std::span<const uint32_t> rows, ValueTable* out) const override {
    size_t bytes = 0;
    for (const uint32_t row : rows) bytes += ends_[row + 1] - ends_[row];
    out->Reserve(rows.size(), bytes);
    for (const uint32_t row : rows) {
      out->text()->append(text_, ends_[row], ends_[row + 1] - ends_[row]);
      out->AddRow(out->EndValue());
    }
  }
  std::optional<SearchableBytes> Searchable() const override {
    const auto blob = blob_.Alone();
    if (!blob) return std::nullopt;
    return SearchableBytes{{SearchStyle::Kind::kText, {}}, *blob};
  }
  base::StatusOr<SlotBound> Bound(const BlobSource& source) override {
    VEDETTE_RETURN_IF_ERROR(Load(source, {}));
    SlotBound bound;
    for (size_t i = 0; i + 1 < ends_.size(); ++i) {
      bound.Unite(SlotBound::Of(std::string_view(text_).substr(ends_[i], ends_[i + 1] - ends_[i])));
    }
    return bound;
  }

 private:
  IntColumn lengths_;
  BlobRef blob_;
  std::string text_;
  std::vector<size_t> ends_;
};

struct HashOfBytes {
  size_t operator()(std::string_view bytes) const { return base::Hash64(bytes); }
};

// The distinct values as they come, and which of them each is. False: more than `limit`.
bool NumberValues(std::span<const std::string_view> values, size_t limit,
                  std::vector<std::string_view>* table, std::vector<int64_t>* ids) {
  absl::flat_hash_map<std::string_view, int64_t, HashOfBytes> known;
  ids->reserve(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    if (i > 0 && values[i] == values[i - 1]) {
      ids->push_back(ids->back());
      continue;
    }
    const auto [found, fresh] = known.try_emplace(values[i], static_cast<int64_t>(table->size()));
    if (fresh) {
      if (table->size() == limit) return false;
      table->push_back(values[i]);
    }
    ids->push_back(found->second);
  }
  return true;
}

void SortTable(std::vector<std::string_view>* table, std::vector<int64_t>* ids) {
  std::vector<uint32_t> order(table->size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](uint32_t a, uint32_t b) { return (*table)[a] < (*table)[b]; });
  std::vector<std::string_view> sorted;
  std::vector<int64_t> places(order.size());
  for (const uint32_t at : order) {
    places[at] = static_cast<int64_t>(sorted.size());
    sorted.push_back((*table)[at]);
  }
  *table = std::move(sorted);
  for (int64_t& id : *ids) id = places[static_cast<size_t>(id)];
}

// False, with nothing written, when more than `limit` values are distinct.
bool TryEncodeDictionary(std::span<const std::string_view> values, size_t limit,
                         const EncodeStringsOptions& options, BlobWriter* out) {
  std::vector<std::string_view> table;
  std::vector<int64_t> ids;
  if (!NumberValues(values, limit, &table, &ids)) return false;
  SortTable(&table, &ids);
  out->directory()->push_back(static_cast<char>(StringColumn::Form::kDictionary));
  base::PutVarint(table.size(), out->directory());
  EncodeStrings(table, {{}, options.shapes_deep, false}, out);
  IntColumn::Encode(ids, out);
  return true;
}

bool TryEncodeShapes(std::span<const std::string_view> values, const EncodeStringsOptions& options,
                     BlobWriter* out) {
  if (options.shapes_deep <= 0) return false;
  ShapedValues shaped;
  if (!ShapeValues(values, std::min(kMaxShapes, values.size() / kRowsPerShape + 8), true,
                   &shaped) ||
      shaped.whole_rows > values.size() / 4) {
    return false;
  }
  ShapesColumn::Encode(shaped, options, out);
  return true;
}

void EncodeText(std::span<const std::string_view> values, BlobWriter* out) {
  std::vector<int64_t> lengths;
  std::string text;
  for (const std::string_view value : values) {
    lengths.push_back(static_cast<int64_t>(value.size()));
    text.append(value);
  }
  out->directory()->push_back(static_cast<char>(StringColumn::Form::kText));
  IntColumn::Encode(lengths, out);
  const std::string_view piece = text;
  out->Put({&piece, 1}, kTextLevel);
}

bool AllEqual(std::span<const std::string_view> values) {
  return std::all_of(values.begin(), values.end(),
                     [&](std::string_view value) { return value == values[0]; });
}

bool LooksLikeAddress(std::string_view value) {
  return NumberForm{NumberForm::Kind::kIpv4}.Read(value).has_value();
}

base::StatusOr<std::unique_ptr<StringColumn>> ParseDictionary(DirectoryReader* directory,
                                                              size_t rows, int depth) {
  const uint64_t size = directory->bytes.Varint();
  if (size > rows) return base::DataLoss("a dictionary is larger than its column");
  VEDETTE_ASSIGN_OR_RETURN(auto table, ParseStrings(directory, size, {}, depth + 1));
  VEDETTE_ASSIGN_OR_RETURN(IntColumn ids, IntColumn::Parse(directory, rows));
  return std::unique_ptr<StringColumn>(
      std::make_unique<DictionaryColumn>(size, std::move(table), std::move(ids)));
}

base::StatusOr<std::unique_ptr<StringColumn>> ParseText(DirectoryReader* directory, size_t rows) {
  VEDETTE_ASSIGN_OR_RETURN(IntColumn lengths, IntColumn::Parse(directory, rows));
  VEDETTE_ASSIGN_OR_RETURN(BlobRef blob, BlobRef::Parse(directory, 1, directory->max_bytes));
  return std::unique_ptr<StringColumn>(
      std::make_unique<TextColumn>(std::move(lengths), std::move(blob)));
}

}  // namespace

void StringColumn::Gather(std::span<const uint32_t> rows, ValueTable* out) const {
  out->Reserve(rows.size(), 0);
  for (const uint32_t row : rows) {
    Append(row, out->text());
    out->AddRow(out->EndValue());
  }
}

void EncodeStrings(std::span<const std::string_view> values, const EncodeStringsOptions& options,
                   BlobWriter* out) {
  if (values.empty() || AllEqual(values)) {
    out->directory()->push_back(static_cast<char>(StringColumn::Form::kConstant));
    base::PutString(values.empty() ? std::string_view() : values[0], out->directory());
    return;
  }
  if (options.dictionary && LooksLikeAddress(values[0]) &&
      TryEncodeDictionary(values, values.size() / 2, options, out)) {
    return;
  }
  if (NumberColumn::TryEncode(values, options.times, out)) return;
  if (options.dictionary && TryEncodeDictionary(values, values.size() / 4, options, out)) return;
  if (HexColumn::TryEncode(values, out)) return;
  if (TryEncodeShapes(values, options, out)) return;
  EncodeText(values, out);
}

base::StatusOr<std::unique_ptr<StringColumn>> ParseStrings(
    DirectoryReader* directory, size_t rows,
    std::span<const std::unique_ptr<StringColumn>> siblings, int depth) {
  if (depth > kMaxDepth) return base::DataLoss("columns are nested too deep");
  if (!directory->Take(rows)) return base::DataLoss("columns have more values than allowed");
  const auto form = directory->bytes.Fixed<uint8_t>();
  if (!directory->bytes.ok() || form > StringColumn::kMaxForm) {
    return base::DataLoss("a column has an unknown form");
  }
  switch (static_cast<StringColumn::Form>(form)) {
    case StringColumn::Form::kConstant:
      return std::unique_ptr<StringColumn>(
          std::make_unique<ConstantColumn>(std::string(directory->bytes.String())));
    case StringColumn::Form::kNumber:
      return NumberColumn::Parse(directory, rows, depth);
    case StringColumn::Form::kHex:
      return HexColumn::Parse(directory, rows, depth);
    case StringColumn::Form::kDictionary:
      return ParseDictionary(directory, rows, depth);
    case StringColumn::Form::kShapes: {
      VEDETTE_ASSIGN_OR_RETURN(auto shapes, ShapesColumn::Parse(directory, rows, depth));
      return std::unique_ptr<StringColumn>(std::move(shapes));
    }
    case StringColumn::Form::kText:
      return ParseText(directory, rows);
    case StringColumn::Form::kCopy: {
      const uint64_t sibling = directory->bytes.Varint();
      if (sibling >= siblings.size())
        return base::DataLoss("a column copies one that is not there");
      // Chains of them would be as deep as a line has slots.
      if (siblings[sibling]->form() == StringColumn::Form::kCopy) {
        return base::DataLoss("a column copies a copy");
      }
      return std::unique_ptr<StringColumn>(std::make_unique<CopyColumn>(siblings[sibling].get()));
    }
  }
  return base::DataLoss("a column has an unknown form");
}

}  // namespace vedette::logstore
