#include "collector/logstore/columns/int_column.h"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>

namespace vedette::logstore {
namespace {

constexpr size_t kMaxDictionary = 256;
constexpr size_t kMaxPlanes = 8;

uint64_t Distance(int64_t a, int64_t b) {
  return static_cast<uint64_t>(a) - static_cast<uint64_t>(b);
}

size_t PlanesFor(uint64_t most) { return (static_cast<size_t>(std::bit_width(most)) + 7) / 8; }

// The largest number that divides all, 1 for none.
uint64_t CommonUnit(std::span<const uint64_t> numbers) {
  uint64_t unit = 0;
  for (const uint64_t number : numbers) {
    unit = std::gcd(unit, number);
    if (unit == 1) return 1;
  }
  return std::max<uint64_t>(unit, 1);
}

// How numbers are about to be written.
struct Offsets {
  std::vector<uint64_t> numbers;
  uint64_t unit = 1;
  size_t planes = 0;
  double bits = 0;  // on average

  void Finish() {
    unit = CommonUnit(numbers);
    uint64_t most = 0;
    uint64_t sum = 0;
    for (uint64_t& number : numbers) {
      if (unit > 1) number /= unit;
      most = std::max(most, number);
      sum += static_cast<uint64_t>(std::bit_width(number));
    }
    planes = PlanesFor(most);
    bits = numbers.empty() ? 0 : static_cast<double>(sum) / static_cast<double>(numbers.size());
  }
};

void PutPlanes(const Offsets& offsets, BlobWriter* out) {
  const size_t n = offsets.numbers.size();
  std::string planes(n * offsets.planes, '\0');
  std::vector<std::string_view> pieces;
  for (size_t p = 0; p < offsets.planes; ++p) {
    char* const plane = planes.data() + p * n;
    for (size_t i = 0; i < n; ++i) plane[i] = static_cast<char>(offsets.numbers[i] >> (8 * p));
    pieces.emplace_back(plane, n);
  }
  out->directory()->push_back(static_cast<char>(offsets.planes));
  out->Put(pieces);
}

// The distinct values, sorted; empty when there are too many.
std::vector<int64_t> SmallDictionary(std::span<const int64_t> values) {
  constexpr size_t kSlots = 1024;
  std::array<int64_t, kSlots> table;
  std::array<bool, kSlots> used{};
  std::vector<int64_t> distinct;
  int64_t last = values[0];
  bool first = true;
  for (const int64_t value : values) {
    if (value == last && !first) continue;
    first = false;
    last = value;
    size_t slot = (static_cast<uint64_t>(value) * 0x9E3779B97F4A7C15) >> 54;
    while (used[slot] && table[slot] != value) slot = (slot + 1) % kSlots;
    if (used[slot]) continue;
    if (distinct.size() == kMaxDictionary) return {};
    used[slot] = true;
    table[slot] = value;
    distinct.push_back(value);
  }
  std::sort(distinct.begin(), distinct.end());
  return distinct;
}

void PutDictionary(std::span<const int64_t> values, const std::vector<int64_t>& dictionary,
                   BlobWriter* out) {
  base::PutVarint(dictionary.size(), out->directory());
  int64_t last = 0;
  for (const int64_t value : dictionary) {
    base::PutVarint(base::ZigZag(static_cast<int64_t>(Distance(value, last))), out->directory());
    last = value;
  }
  std::string ids(values.size(), '\0');
  int64_t previous = values[0] + 1;
  char id = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i] != previous || i == 0) {
      previous = values[i];
      id = static_cast<char>(std::lower_bound(dictionary.begin(), dictionary.end(), previous) -
                             dictionary.begin());
    }
    ids[i] = id;
  }
  const std::string_view piece = ids;
  out->Put({&piece, 1});
}

Offsets FromSmallest(std::span<const int64_t> values, int64_t smallest) {
  Offsets offsets;
  offsets.numbers.resize(values.size());
  for (size_t i = 0; i < values.size(); ++i) offsets.numbers[i] = Distance(values[i], smallest);
  offsets.Finish();
  return offsets;
}

Offsets FromPrevious(std::span<const int64_t> values, bool* zigzag) {
  *zigzag = !std::is_sorted(values.begin(), values.end());
  Offsets offsets;
  offsets.numbers.resize(values.size() - 1);
  for (size_t i = 1; i < values.size(); ++i) {
    const uint64_t step = Distance(values[i], values[i - 1]);
    offsets.numbers[i - 1] = *zigzag ? base::ZigZag(static_cast<int64_t>(step)) : step;
  }
  offsets.Finish();
  return offsets;
}

}  // namespace

double AverageBits(std::span<const int64_t> values) {
  if (values.empty()) return 0;
  const int64_t smallest = *std::min_element(values.begin(), values.end());
  uint64_t sum = 0;
  for (const int64_t value : values) {
    sum += static_cast<uint64_t>(std::bit_width(Distance(value, smallest)));
  }
  return static_cast<double>(sum) / static_cast<double>(values.size());
}

void IntColumn::Encode(std::span<const int64_t> values, BlobWriter* out) {
  std::string& directory = *out->directory();
  const auto put_mode = [&](Mode mode) { directory.push_back(static_cast<char>(mode)); };
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  if (values.empty() || *low == *high) {
    put_mode(Mode::kConstant);
    base::PutSignedVarint(values.empty() ? 0 : values[0], &directory);
    return;
  }
  const Offsets offsets = FromSmallest(values, *low);
  bool zigzag = false;
  const Offsets steps = FromPrevious(values, &zigzag);
  const bool by_steps = steps.bits + 0.5 < offsets.bits;
  if (offsets.planes > 1 && (!by_steps || steps.bits > 8)) {
    if (const auto dictionary = SmallDictionary(values);
        !dictionary.empty() && dictionary.size() * 4 < values.size()) {
      put_mode(Mode::kDictionary);
      return PutDictionary(values, dictionary, out);
    }
  }
  put_mode(!by_steps ? Mode::kOffsets : zigzag ? Mode::kZigZagSteps : Mode::kSteps);
  base::PutSignedVarint(by_steps ? values[0] : *low, &directory);
  const Offsets& chosen = by_steps ? steps : offsets;
  base::PutVarint(chosen.unit, &directory);
  PutPlanes(chosen, out);
}

base::StatusOr<IntColumn> IntColumn::Parse(DirectoryReader* directory, size_t rows) {
  base::ByteReader& reader = directory->bytes;
  IntColumn column;
  column.rows_ = rows;
  if (!directory->Take(rows)) return base::DataLoss("columns have more values than allowed");
  const auto mode = reader.Fixed<uint8_t>();
  if (mode > static_cast<uint8_t>(Mode::kDictionary)) {
    return base::DataLoss("a column of numbers has an unknown form");
  }
  column.mode_ = static_cast<Mode>(mode);
  if (column.mode_ == Mode::kConstant) {
    column.base_ = reader.SignedVarint();
    return column;
  }
  if (rows == 0) return base::DataLoss("a column without rows has content");
  if (column.mode_ == Mode::kDictionary) {
    const uint64_t count = reader.Varint();
    if (count > kMaxDictionary) return base::DataLoss("a dictionary of numbers is too large");
    int64_t value = 0;
    for (uint64_t i = 0; i < count; ++i) {
      value = static_cast<int64_t>(static_cast<uint64_t>(value) +
                                   static_cast<uint64_t>(reader.SignedVarint()));
      column.dictionary_.push_back(value);
    }
    column.planes_ = 1;
  } else {
    column.base_ = reader.SignedVarint();
    column.unit_ = reader.Varint();
    column.planes_ = reader.Fixed<uint8_t>();
  }
  if (column.planes_ > kMaxPlanes) return base::DataLoss("a column of numbers is too wide");
  const size_t stored =
      column.mode_ == Mode::kSteps || column.mode_ == Mode::kZigZagSteps ? rows - 1 : rows;
  VEDETTE_ASSIGN_OR_RETURN(BlobRef blob, BlobRef::Parse(directory, column.planes_, stored));
  for (size_t p = 0; p < column.planes_; ++p) {
    if (blob.raw_bytes(p) != stored) return base::DataLoss("a column of numbers is cut short");
  }
  column.blob_ = std::move(blob);
  return column;
}

IntColumn::Range IntColumn::range() const {
  if (mode_ == Mode::kConstant) return {base_, base_};
  if (mode_ == Mode::kDictionary && !dictionary_.empty()) {
    const auto [low, high] = std::minmax_element(dictionary_.begin(), dictionary_.end());
    return {*low, *high};
  }
  int64_t high = 0;
  if (mode_ != Mode::kOffsets || planes_ >= kMaxPlanes / 2 || unit_ > UINT32_MAX ||
      __builtin_add_overflow(
          base_, static_cast<int64_t>(((uint64_t{1} << (8 * planes_)) - 1) * unit_), &high)) {
    return {};
  }
  return {base_, high};
}

base::StatusOr<IntColumn::Range> IntColumn::ExactRange(const BlobSource& source) {
  const bool loaded = !values_.empty();
  VEDETTE_RETURN_IF_ERROR(Load(source));
  if (values_.empty()) return range();
  const auto [low, high] = std::minmax_element(values_.begin(), values_.end());
  const Range exact{*low, *high};
  if (!loaded) Unload();
  return exact;
}

void IntColumn::Decode(const std::string& planes, size_t n, std::vector<int64_t>* values) const {
  const auto* const bytes = reinterpret_cast<const uint8_t*>(planes.data());
  if (mode_ == Mode::kDictionary) {
    for (size_t i = 0; i < n; ++i) (*values)[i] = dictionary_[bytes[i]];
    return;
  }
  const bool steps = mode_ != Mode::kOffsets;
  auto value = static_cast<uint64_t>(base_);
  if (steps) (*values)[0] = base_;
  int64_t* const out = values->data() + (steps ? 1 : 0);
  const auto decode = [&](const auto& number_at) {
    for (size_t i = 0; i < n; ++i) {
      const uint64_t number = number_at(i) * unit_;
      if (mode_ == Mode::kOffsets) {
        out[i] = static_cast<int64_t>(value + number);
        continue;
      }
      // The unit is that of the zigzagged steps.
      value += mode_ == Mode::kSteps ? number : static_cast<uint64_t>(base::UnZigZag(number));
      out[i] = static_cast<int64_t>(value);
    }
  };
  const auto plane = [&](size_t p, size_t i) { return static_cast<uint64_t>(bytes[p * n + i]); };
  switch (planes_) {
    case 1:
      return decode([&](size_t i) { return plane(0, i); });
    case 2:
      return decode([&](size_t i) { return plane(0, i) | plane(1, i) << 8; });
    case 3:
      return decode([&](size_t i) { return plane(0, i) | plane(1, i) << 8 | plane(2, i) << 16; });
    case 4:
      return decode([&](size_t i) {
        return plane(0, i) | plane(1, i) << 8 | plane(2, i) << 16 | plane(3, i) << 24;
      });
    default:
      return decode([&](size_t i) {
        uint64_t number = 0;
        for (size_t p = 0; p < planes_; ++p) number |= plane(p, i) << (8 * p);
        return number;
      });
  }
}

base::Status IntColumn::Load(const BlobSource& source) {
  if (values_.size() == rows_) return {};
  if (mode_ == Mode::kConstant) {
    values_.assign(rows_, base_);
    return {};
  }
  std::string planes;
  VEDETTE_RETURN_IF_ERROR(blob_->Load(source, &planes));
  if (mode_ == Mode::kDictionary) {
    const auto most = *std::max_element(planes.begin(), planes.end(), [](char a, char b) {
      return static_cast<uint8_t>(a) < static_cast<uint8_t>(b);
    });
    if (static_cast<uint8_t>(most) >= dictionary_.size()) {
      return base::DataLoss("a column of numbers leaves its dictionary");
    }
  }
  const bool steps = mode_ == Mode::kSteps || mode_ == Mode::kZigZagSteps;
  values_.resize(rows_);
  Decode(planes, steps ? rows_ - 1 : rows_, &values_);
  return {};
}

}  // namespace vedette::logstore
