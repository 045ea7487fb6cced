#ifndef VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_LINE_RENDERER_H_
#define VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_LINE_RENDERER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "collector/logstore/columns/shapes_column.h"
#include "collector/logstore/columns/value_table.h"

namespace vedette::logstore {

// Bytes that are put one behind the other. Keeps its room when it is cleared; what is added is not
// set to anything before.
class TextBuffer {
 public:
  void Clear() { size_ = 0; }
  size_t size() const { return size_; }
  std::string_view view(size_t begin, size_t end) const {
    return {bytes_.get() + begin, end - begin};
  }
  // Room for `bytes` at the end, which count as added: to be written. Moves what is there.
  char* Add(size_t bytes);

 private:
  std::unique_ptr<char[]> bytes_;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

// Puts lines of one shape together, a column at a time. One thread; to be reused.
class LineRenderer {
 public:
  // Appends the lines at `places` of a shape whose columns are loaded, and to `ends` where each
  // ends.
  void Render(const ShapesColumn::Shape& shape, std::span<const uint32_t> places, TextBuffer* text,
              std::vector<size_t>* ends);

 private:
  size_t BytesOf(const ShapesColumn::Shape& shape, size_t lines) const;

  std::vector<ValueTable> slots_;
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_LINE_RENDERER_H_
