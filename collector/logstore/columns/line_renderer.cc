#include "collector/logstore/columns/line_renderer.h"

#include <algorithm>
#include <cstring>

namespace vedette::logstore {
namespace {

// As memcpy, without a call for what lines mostly are made of.
inline char* Copy(std::string_view from, char* to) {
  const size_t n = from.size();
  if (n > 16 || n < 4) {
    if (n > 16) {
      std::memcpy(to, from.data(), n);
    } else {
      for (size_t i = 0; i < n; ++i) to[i] = from[i];
    }
  } else if (n >= 8) {
    std::memcpy(to, from.data(), 8);
    std::memcpy(to + n - 8, from.data() + n - 8, 8);
  } else {
    std::memcpy(to, from.data(), 4);
    std::memcpy(to + n - 4, from.data() + n - 4, 4);
  }
  return to + n;
}

}  // namespace

char* TextBuffer::Add(size_t bytes) {
  if (size_ + bytes > capacity_) {
    capacity_ = std::max(size_ + bytes, 2 * capacity_);
    auto larger = std::make_unique_for_overwrite<char[]>(capacity_);
    if (size_ > 0) std::memcpy(larger.get(), bytes_.get(), size_);
    bytes_ = std::move(larger);
  }
  size_ += bytes;
  return bytes_.get() + size_ - bytes;
}

size_t LineRenderer::BytesOf(const ShapesColumn::Shape& shape, size_t lines) const {
  size_t bytes = 0;
  for (const std::string_view text : shape.texts) bytes += text.size() * lines;
  for (size_t slot = 0; slot < shape.columns.size(); ++slot) {
    const ValueTable& values = slots_[slot];
    for (const uint32_t value : values.rows()) bytes += values.value(value).size();
  }
  return bytes;
}

void LineRenderer::Render(const ShapesColumn::Shape& shape, std::span<const uint32_t> places,
                          TextBuffer* text, std::vector<size_t>* ends) {
  const size_t slots = shape.columns.size();
  if (slots_.size() < slots) slots_.resize(slots);
  for (size_t slot = 0; slot < slots; ++slot) {
    slots_[slot].Clear();
    shape.columns[slot]->Gather(places, &slots_[slot]);
  }
  size_t end = text->size();
  char* to = text->Add(BytesOf(shape, places.size()));
  for (size_t line = 0; line < places.size(); ++line) {
    const char* const begin = to;
    for (size_t slot = 0; slot < slots; ++slot) {
      const ValueTable& values = slots_[slot];
      to = Copy(shape.texts[slot], to);
      to = Copy(values.value(values.rows()[line]), to);
    }
    to = Copy(shape.texts.back(), to);
    end += static_cast<size_t>(to - begin);
    ends->push_back(end);
  }
}

}  // namespace vedette::logstore
