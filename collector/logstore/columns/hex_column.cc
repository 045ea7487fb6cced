#include "collector/logstore/columns/hex_column.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "collector/logstore/columns/byte_search.h"

namespace vedette::logstore {
namespace {

constexpr size_t kUuidDigits = 32;
constexpr size_t kUuidBytes = 36;

enum Flags : uint8_t { kUpper = 1, kUuid = 2 };

using DigitPairs = std::array<std::array<char, 2>, 256>;

constexpr DigitPairs MakePairs(std::string_view letters) {
  DigitPairs pairs{};
  for (size_t byte = 0; byte < pairs.size(); ++byte) {
    pairs[byte] = {letters[byte >> 4], letters[byte & 15]};
  }
  return pairs;
}
constexpr DigitPairs kLowerPairs = MakePairs("0123456789abcdef");
constexpr DigitPairs kUpperPairs = MakePairs("0123456789ABCDEF");

bool IsDash(size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

// Appends the value's digits, two a byte. False: it has something else, and nothing is appended.
bool AppendDigits(std::string_view text, HexStyle style, std::string* out) {
  const bool uuid = style.uuid;
  if (uuid && text.size() != kUuidBytes) return false;
  const size_t before = out->size();
  bool high = true;
  for (size_t i = 0; i < text.size(); ++i) {
    if (uuid && IsDash(i)) {
      if (text[i] == '-') continue;
      out->resize(before);
      return false;
    }
    const uint8_t digit = HexDigitOf(text[i], style.upper);
    if (digit == kNoHexDigit) {
      out->resize(before);
      return false;
    }
    if (high) {
      out->push_back(static_cast<char>(digit << 4));
    } else {
      out->back() = static_cast<char>(out->back() | static_cast<char>(digit));
    }
    high = !high;
  }
  return true;
}

bool HasAny(std::span<const std::string_view> values, std::string_view letters) {
  for (size_t i = 0; i < values.size() && i < 64; ++i) {
    if (values[i].find_first_of(letters) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

bool HexColumn::TryEncode(std::span<const std::string_view> values, BlobWriter* out) {
  const bool uuid = values[0].size() == kUuidBytes && values[0][8] == '-';
  const bool upper = HasAny(values, "ABCDEF") && !HasAny(values, "abcdef");
  std::string bytes;
  std::vector<int64_t> lengths(values.size());
  std::vector<int64_t> rows;
  std::vector<std::string_view> exceptions;
  int64_t last = uuid ? static_cast<int64_t>(kUuidDigits) : 0;
  for (size_t i = 0; i < values.size(); ++i) {
    if (!values[i].empty() && AppendDigits(values[i], {upper, uuid}, &bytes)) {
      last = uuid ? last : static_cast<int64_t>(values[i].size());
    } else {
      rows.push_back(static_cast<int64_t>(i));
      exceptions.push_back(values[i]);
      if (rows.size() > values.size() / kExceptionShare) return false;
      bytes.append(static_cast<size_t>(last + 1) / 2, '\0');
    }
    lengths[i] = last;
  }
  std::string& directory = *out->directory();
  directory.push_back(static_cast<char>(Form::kHex));
  directory.push_back(static_cast<char>((upper ? kUpper : 0) | (uuid ? kUuid : 0)));
  IntColumn::Encode(lengths, out);
  Exceptions::Encode(rows, exceptions, out);
  const std::string_view piece = bytes;
  out->Put({&piece, 1});
  return true;
}

base::StatusOr<std::unique_ptr<StringColumn>> HexColumn::Parse(DirectoryReader* directory,
                                                               size_t rows, int depth) {
  const auto flags = directory->bytes.Fixed<uint8_t>();
  VEDETTE_ASSIGN_OR_RETURN(IntColumn lengths, IntColumn::Parse(directory, rows));
  VEDETTE_ASSIGN_OR_RETURN(Exceptions exceptions, Exceptions::Parse(directory, rows, depth));
  VEDETTE_ASSIGN_OR_RETURN(BlobRef blob, BlobRef::Parse(directory, 1, directory->max_bytes));
  return std::unique_ptr<StringColumn>(new HexColumn({(flags & kUpper) != 0, (flags & kUuid) != 0},
                                                     std::move(lengths), std::move(exceptions),
                                                     std::move(blob)));
}

base::Status HexColumn::Load(const BlobSource& source, std::span<const int64_t> /*times*/) {
  if (!offsets_.empty()) return {};
  VEDETTE_RETURN_IF_ERROR(lengths_.Load(source));
  VEDETTE_RETURN_IF_ERROR(exceptions_.Load(source));
  VEDETTE_RETURN_IF_ERROR(blob_.Load(source, &bytes_));
  uint64_t offset = 0;
  std::vector<uint32_t> offsets;
  for (const int64_t length : lengths_.values()) {
    if (length < 0 || (style_.uuid && length != static_cast<int64_t>(kUuidDigits))) {
      return base::DataLoss("a column of hex has a length that it cannot have");
    }
    offsets.push_back(static_cast<uint32_t>(offset));
    offset += (static_cast<uint64_t>(length) + 1) / 2;
    if (offset > bytes_.size()) return base::DataLoss("a column of hex is cut short");
  }
  offsets_ = std::move(offsets);
  return {};
}

base::Status HexColumn::AddRowsWith(std::string_view bytes, const BlobSource& source,
                                    RowSet* found) {
  if (FindBytes(bytes_, bytes) == std::string::npos) return {};
  VEDETTE_RETURN_IF_ERROR(Load(source, {}));
  // A hit may reach into the next value, and another be there.
  for (size_t at = FindBytes(bytes_, bytes); at != std::string::npos;
       at = FindBytes(bytes_, bytes, at + 1)) {
    const auto next = std::upper_bound(offsets_.begin(), offsets_.end(), at);
    found->Add(static_cast<size_t>(next - offsets_.begin()) - 1);
  }
  return {};
}

base::Status HexColumn::Find(std::string_view needle, const BlobSource& source,
                             std::span<const int64_t> /*times*/, RowSet* found) {
  VEDETTE_RETURN_IF_ERROR(exceptions_.Find(needle, source, found));
  const auto digits = HexNeedle::Of(needle, style_);
  if (!digits || static_cast<int64_t>(digits->digits()) > lengths_.range().high) return {};
  if (!digits->IsSearchable()) {
    found->AddAll();
    return {};
  }
  if (offsets_.empty()) VEDETTE_RETURN_IF_ERROR(blob_.Load(source, &bytes_));
  for (size_t half = 0; half < 2; ++half) {
    VEDETTE_RETURN_IF_ERROR(AddRowsWith(digits->bytes(half), source, found));
  }
  return {};
}

base::StatusOr<SlotBound> HexColumn::Bound(const BlobSource& source) {
  constexpr uint8_t kLongestOfUuid = 12;
  VEDETTE_ASSIGN_OR_RETURN(SlotBound bound, exceptions_.Bound(source));
  const int64_t most = style_.uuid ? static_cast<int64_t>(kUuidBytes) : lengths_.range().high;
  const auto length = static_cast<uint16_t>(std::clamp<int64_t>(most, 0, SlotBound::kAnyLength));
  const auto run = static_cast<uint8_t>(std::min<uint16_t>(length, SlotBound::kAnyRun));
  SlotBound own;
  own.kinds = SlotBound::KindsOf(style_.upper ? "0A" : "0a");
  if (style_.uuid) own.kinds = static_cast<uint16_t>(own.kinds | SlotBound::KindsOf("-"));
  own.length = length;
  own.hex_run = own.decimal_run = style_.uuid ? kLongestOfUuid : run;
  bound.Unite(own);
  return bound;
}

std::optional<SearchableBytes> HexColumn::Searchable() const {
  const auto blob = blob_.Alone();
  if (!exceptions_.empty() || !blob) return std::nullopt;
  return SearchableBytes{{SearchStyle::Kind::kHex, style_}, *blob};
}

size_t HexColumn::Held() const {
  return lengths_.held() + exceptions_.Held() + bytes_.capacity() +
         offsets_.capacity() * sizeof(uint32_t);
}

void HexColumn::Unload() {
  lengths_.Unload();
  exceptions_.Unload();
  std::string().swap(bytes_);
  std::vector<uint32_t>().swap(offsets_);
}

char* HexColumn::Write(size_t row, char* to) const {
  const DigitPairs& pairs = style_.upper ? kUpperPairs : kLowerPairs;
  const auto length = static_cast<size_t>(lengths_.values()[row]);
  const char* const bytes = bytes_.data() + offsets_[row];
  for (size_t i = 0; i + 1 < length; i += 2) {
    if (style_.uuid && (i == 8 || i == 12 || i == 16 || i == 20)) *to++ = '-';
    std::memcpy(to, pairs[static_cast<uint8_t>(bytes[i / 2])].data(), 2);
    to += 2;
  }
  if (length % 2 != 0) *to++ = pairs[static_cast<uint8_t>(bytes[length / 2])][0];
  return to;
}

void HexColumn::Append(size_t row, std::string* out) const {
  if (exceptions_.Append(row, out)) return;
  const size_t before = out->size();
  out->resize(before + static_cast<size_t>(lengths_.values()[row]) + (style_.uuid ? 4 : 0));
  Write(row, out->data() + before);
}

void HexColumn::Gather(std::span<const uint32_t> rows, ValueTable* out) const {
  if (!exceptions_.empty()) return StringColumn::Gather(rows, out);
  size_t bytes = 0;
  const std::span<const int64_t> lengths = lengths_.values();
  for (const uint32_t row : rows) {
    bytes += static_cast<size_t>(lengths[row]) + (style_.uuid ? 4 : 0);
  }
  out->Reserve(rows.size(), 0);
  std::string& text = *out->text();
  size_t end = text.size();
  text.resize(end + bytes);
  for (const uint32_t row : rows) {
    end = static_cast<size_t>(Write(row, text.data() + end) - text.data());
    out->AddRow(out->EndValueAt(end));
  }
}

}  // namespace vedette::logstore
