#ifndef VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_ROW_SET_H_
#define VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_ROW_SET_H_

#include <algorithm>
#include <cstddef>
#include <vector>

namespace vedette::logstore {

// Some of the rows of a column. A value type.
class RowSet {
 public:
  explicit RowSet(size_t rows) : has_(rows) {}
  size_t rows() const { return has_.size(); }
  size_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  bool full() const { return count_ == has_.size(); }
  bool Has(size_t row) const { return has_[row]; }
  void Add(size_t row) {
    if (has_[row]) return;
    has_[row] = true;
    ++count_;
  }
  void AddAll() {
    has_.assign(has_.size(), true);
    count_ = has_.size();
  }
  void Unite(const RowSet& other) {
    if (other.empty() || full()) return;
    for (size_t row = 0; row < has_.size(); ++row) {
      if (other.has_[row]) Add(row);
    }
  }
  // Leaves the rows that `other` has too.
  void Intersect(const RowSet& other) {
    if (empty() || other.full()) return;
    if (full() || other.empty()) {
      *this = other;
      return;
    }
    for (size_t row = 0; row < has_.size(); ++row) has_[row] = has_[row] && other.has_[row];
    count_ = static_cast<size_t>(std::count(has_.begin(), has_.end(), true));
  }

 private:
  std::vector<bool> has_;
  size_t count_ = 0;
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_ROW_SET_H_
