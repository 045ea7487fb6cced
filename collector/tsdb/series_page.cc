#include "collector/tsdb/series_page.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/codec/bytes.h"

namespace vedette::tsdb {
namespace {

base::Status BrokenSeriesPage() { return base::DataLoss("series page: impossible content"); }

size_t SharedLabelPrefix(std::string_view a, std::string_view b) {
  return static_cast<size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first -
                             a.begin());
}

}  // namespace

void SeriesPageBuilder::AddSeries(const model::Labels& labels) {
  const std::string& bytes = labels.bytes();
  const size_t shared = SharedLabelPrefix(last_labels_, bytes);
  base::PutVarint(shared, &labels_);
  base::PutString(std::string_view(bytes).substr(shared), &labels_);
  last_labels_ = bytes;
  block_counts_.push_back(0);
}

size_t SeriesPageBuilder::NextSlot(uint64_t times) {
  const size_t number = block_counts_.back()++;
  if (number == slots_.size()) slots_.emplace_back();
  Slot& slot = slots_[number];
  base::PutSignedVarint(static_cast<int64_t>(times - slot.last_times), &times_);
  slot.last_times = times;
  return number;
}

void SeriesPageBuilder::AddConstantBlock(uint64_t times, double value) {
  NextSlot(times);
  const auto bits = std::bit_cast<uint64_t>(value);
  const auto [at, added] = constant_numbers_.emplace(bits, constant_numbers_.size());
  if (added) base::PutFixed(bits, &constants_);
  values_.push_back({Value::Kind::kConstant, at->second});
}

base::Status SeriesPageBuilder::ClosePage(size_t number) {
  Slot& slot = slots_[number];
  VEDETTE_ASSIGN_OR_RETURN(const PageRef ref, write_values_(slot.page));
  base::PutVarint(number, &slot.refs);
  base::PutVarint(slot.page_columns, &slot.refs);
  PutPageRef(ref, &slot.refs);
  slot.page.clear();
  slot.page_columns = 0;
  ++value_pages_;
  return {};
}

// Right after NextSlot, before the block's value is listed.
void SeriesPageBuilder::KeepSummary(const BlockSummary& summary) {
  base::PutVarint(values_.size() - summarized_, &summaries_);
  PutSummary(summary, &summaries_);
  summarized_ = values_.size();
  ++summary_count_;
}

base::Status SeriesPageBuilder::AddBlock(uint64_t times, std::string_view column,
                                         const BlockSummary* summary) {
  const size_t number = NextSlot(times);
  if (summary != nullptr) KeepSummary(*summary);
  Slot& slot = slots_[number];
  const base::Hash128Value hash = base::Hash128(column);
  const auto [at, added] = slot.known.try_emplace({hash.low, hash.high}, slot.columns);
  if (!added) {
    values_.push_back({Value::Kind::kOldColumn, slot.columns - at->second});
    return {};
  }
  values_.push_back({Value::Kind::kNewColumn, 0});
  base::PutVarint(column.size(), &lengths_);
  slot.page += column;
  ++slot.page_columns;
  ++slot.columns;
  return slot.page.size() >= kValuePageBytes ? ClosePage(number) : base::Status();
}

base::StatusOr<std::string> SeriesPageBuilder::Finish() {
  std::string refs;
  for (size_t slot = 0; slot < slots_.size(); ++slot) {
    if (slots_[slot].page_columns > 0) VEDETTE_RETURN_IF_ERROR(ClosePage(slot));
    refs += slots_[slot].refs;
  }
  std::string out;
  base::PutVarint(value_pages_, &out);
  out += refs;
  base::PutVarint(block_counts_.size(), &out);
  out += labels_;
  for (const size_t count : block_counts_) base::PutVarint(count, &out);
  out += times_;
  base::PutVarint(constant_numbers_.size(), &out);
  out += constants_;
  for (const Value& value : values_) {
    const uint64_t number = value.kind == Value::Kind::kNewColumn ? 0
                            : value.kind == Value::Kind::kConstant
                                ? 1 + value.number
                                : constant_numbers_.size() + value.number;
    base::PutVarint(number, &out);
  }
  out += lengths_;
  base::PutVarint(summary_count_, &out);
  out += summaries_;
  *this = SeriesPageBuilder(std::move(write_values_));
  return out;
}

namespace {

class PageDecoder {
 public:
  PageDecoder(std::string_view page, const TimesColumnsFn& times_of)
      : in_(page), times_of_(times_of) {}

  base::StatusOr<SeriesPage> Decode() {
    VEDETTE_RETURN_IF_ERROR(ReadValuePages());
    VEDETTE_RETURN_IF_ERROR(ReadLabels());
    VEDETTE_RETURN_IF_ERROR(ReadBlockCounts());
    VEDETTE_RETURN_IF_ERROR(ReadTimes());
    VEDETTE_RETURN_IF_ERROR(ReadValues());
    VEDETTE_RETURN_IF_ERROR(ReadLengths());
    VEDETTE_RETURN_IF_ERROR(ReadSummaries());
    if (!in_.ok() || !in_.empty()) return BrokenSeriesPage();
    return std::move(page_);
  }

 private:
  struct ColumnPlace {
    uint32_t page = 0;
    uint64_t offset = 0;
    uint32_t length = 0;
  };
  struct PageOfSlot {
    uint32_t page = 0;
    uint64_t columns = 0;
  };
  struct Slot {
    std::vector<PageOfSlot> pages;
    size_t in_page = 0;  // of `pages`: where the next column lies
    uint64_t taken = 0;  // columns of that page
    uint64_t end = 0;    // of their bytes
    uint64_t last_times = 0;
    std::vector<ColumnPlace> columns;
  };

  base::Status ReadValuePages() {
    const uint64_t count = in_.Varint();
    if (!in_.ok() || count > in_.remaining()) return BrokenSeriesPage();
    for (uint64_t i = 0; i < count; ++i) {
      const uint64_t slot = in_.Varint();
      const uint64_t columns = in_.Varint();
      page_.value_pages.push_back(ReadPageRef(&in_));
      // A slot is the number of a block, of which each takes bytes that are still to come.
      if (!in_.ok() || slot > in_.remaining() / 2) return BrokenSeriesPage();
      if (slots_.size() <= slot) slots_.resize(slot + 1);
      slots_[slot].pages.push_back({static_cast<uint32_t>(i), columns});
    }
    return {};
  }

  base::Status ReadLabels() {
    const uint64_t count = in_.Varint();
    if (!in_.ok() || count > kPageSeries) return BrokenSeriesPage();
    std::string bytes;
    for (uint64_t i = 0; i < count; ++i) {
      const uint64_t shared = in_.Varint();
      const std::string_view rest = in_.String();
      if (!in_.ok() || shared > bytes.size()) return BrokenSeriesPage();
      bytes.resize(shared);
      bytes += rest;
      VEDETTE_ASSIGN_OR_RETURN(page_.entries.emplace_back().labels,
                               model::Labels::FromBytes(bytes));
    }
    return {};
  }

  base::Status ReadBlockCounts() {
    uint64_t most = slots_.size();
    uint64_t total = 0;
    for (SeriesEntry& entry : page_.entries) {
      const uint64_t count = in_.Varint();
      // Each block has its times and its value, a byte at least.
      if (!in_.ok() || count > in_.remaining() / 2 - std::min(total, in_.remaining() / 2)) {
        return BrokenSeriesPage();
      }
      total += count;
      entry.blocks.resize(count);
      most = std::max(most, count);
    }
    slots_.resize(most);
    return {};
  }

  base::Status ReadTimes() {
    for (SeriesEntry& entry : page_.entries) {
      for (size_t i = 0; i < entry.blocks.size(); ++i) {
        slots_[i].last_times += static_cast<uint64_t>(in_.SignedVarint());
        if (!in_.ok()) return BrokenSeriesPage();
        VEDETTE_RETURN_IF_ERROR(Place(slots_[i].last_times, &entry.blocks[i]));
      }
    }
    return {};
  }

  base::Status Place(uint64_t times, BlockRef* block) {
    block->times = times;
    const auto column = times_of_(times);
    if (absl::IsDataLoss(column.status())) {
      block->min_ms = INT64_MIN;
      block->max_ms = INT64_MAX;
      return {};
    }
    if (!column.ok()) return column.status();
    block->min_ms = (*column)->min_ms;
    block->max_ms = (*column)->max_ms;
    block->samples = (*column)->samples;
    return {};
  }

  base::Status ReadValues() {
    const uint64_t count = in_.Varint();
    if (!in_.ok() || count > in_.remaining() / sizeof(uint64_t)) return BrokenSeriesPage();
    const std::string_view constants = in_.Bytes(count * sizeof(uint64_t));
    for (SeriesEntry& entry : page_.entries) {
      for (BlockRef& block : entry.blocks) {
        const uint64_t number = in_.Varint();
        if (!in_.ok()) return BrokenSeriesPage();
        references_.push_back(number > count ? number - count : 0);
        if (number == 0 || number > count) continue;
        block.constant = true;
        base::ByteReader value(constants.substr((number - 1) * sizeof(uint64_t)));
        block.value = std::bit_cast<double>(value.Fixed<uint64_t>());
      }
    }
    return {};
  }

  base::Status ReadLengths() {
    auto reference = references_.begin();
    for (SeriesEntry& entry : page_.entries) {
      for (size_t i = 0; i < entry.blocks.size(); ++i, ++reference) {
        BlockRef& block = entry.blocks[i];
        if (block.constant) continue;
        Slot& slot = slots_[i];
        if (*reference == 0) VEDETTE_RETURN_IF_ERROR(NextColumn(&slot));
        if (*reference > slot.columns.size()) return BrokenSeriesPage();
        const ColumnPlace& place =
            *reference == 0 ? slot.columns.back() : slot.columns[slot.columns.size() - *reference];
        block.values_page = place.page;
        block.values_offset = place.offset;
        block.values_length = place.length;
      }
    }
    return {};
  }

  base::Status ReadSummaries() {
    std::vector<BlockRef*> blocks;
    for (SeriesEntry& entry : page_.entries) {
      for (BlockRef& block : entry.blocks) blocks.push_back(&block);
    }
    const uint64_t count = in_.Varint();
    uint64_t at = 0;
    for (uint64_t i = 0; i < count; ++i) {
      const uint64_t gap = in_.Varint();
      const std::optional<BlockSummary> summary = ReadSummary(&in_);
      if (!in_.ok() || !summary || gap >= blocks.size() - at || (i > 0 && gap == 0)) {
        return BrokenSeriesPage();
      }
      at += gap;
      blocks[at]->summary = static_cast<uint32_t>(i);
      page_.summaries.push_back(*summary);
    }
    return {};
  }

  base::Status NextColumn(Slot* slot) {
    while (slot->in_page < slot->pages.size() &&
           slot->taken == slot->pages[slot->in_page].columns) {
      ++slot->in_page;
      slot->taken = 0;
      slot->end = 0;
    }
    if (slot->in_page == slot->pages.size()) return BrokenSeriesPage();
    ColumnPlace place;
    place.page = slot->pages[slot->in_page].page;
    place.offset = slot->end;
    const PageRef& page = page_.value_pages[place.page];
    const uint64_t bytes = page.unpacked > 0 ? page.unpacked : page.length;
    const uint64_t length = in_.Varint();
    if (!in_.ok() || slot->end > bytes || length > bytes - slot->end) return BrokenSeriesPage();
    place.length = static_cast<uint32_t>(length);
    slot->end += length;
    ++slot->taken;
    slot->columns.push_back(place);
    return {};
  }

  base::ByteReader in_;
  const TimesColumnsFn& times_of_;
  SeriesPage page_;
  std::vector<Slot> slots_;
  std::vector<uint64_t> references_;  // how many columns back, a block each; 0: none
};

}  // namespace

base::StatusOr<SeriesPage> DecodeSeriesPage(std::string_view page, const TimesColumnsFn& times_of) {
  return PageDecoder(page, times_of).Decode();
}

}  // namespace vedette::tsdb
