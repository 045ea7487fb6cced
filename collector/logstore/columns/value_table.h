#ifndef VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_VALUE_TABLE_H_
#define VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_VALUE_TABLE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::logstore {

// Values of some rows: a table, and for every row the index of its value. A value may stand in the
// table twice. A value type, meant to be reused.
class ValueTable {
 public:
  size_t size() const { return ends_.size(); }
  std::string_view value(size_t i) const {
    const size_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(text_).substr(begin, ends_[i] - begin);
  }
  const std::vector<uint32_t>& rows() const { return rows_; }

  void Clear() {
    text_.clear();
    ends_.clear();
    rows_.clear();
  }
  // Append to it, then call EndValue.
  std::string* text() { return &text_; }
  // The index of the value that text() got.
  uint32_t EndValue() {
    ends_.push_back(text_.size());
    return static_cast<uint32_t>(ends_.size() - 1);
  }
  // The same where text() has more behind it already.
  uint32_t EndValueAt(size_t end) {
    ends_.push_back(end);
    return static_cast<uint32_t>(ends_.size() - 1);
  }
  void AddRow(uint32_t value) { rows_.push_back(value); }
  // Room for a value more a row of `rows`, and for `bytes` of them.
  void Reserve(size_t rows, size_t bytes) {
    text_.reserve(text_.size() + bytes);
    ends_.reserve(ends_.size() + rows);
    rows_.reserve(rows_.size() + rows);
  }

 private:
  std::string text_;
  std::vector<size_t> ends_;
  std::vector<uint32_t> rows_;
};

// Whether `text` is what stands for a number, a truth value or null in JSON, as far as its reader
// looks: it begins like one and nothing in it ends it early.
bool IsJsonScalar(std::string_view text);

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_VALUE_TABLE_H_
