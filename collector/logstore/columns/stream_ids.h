#ifndef VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_STREAM_IDS_H_
#define VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_STREAM_IDS_H_

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <vector>

namespace vedette::logstore {

// Ascending ids of streams, each once, as a list or a bit an id, whatever is smaller: every block
// of every part, and every card, has such sets in memory. A value type.
class StreamIds {
 public:
  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = uint32_t;
    using difference_type = std::ptrdiff_t;
    using pointer = const uint32_t*;
    using reference = uint32_t;

    Iterator() = default;
    Iterator(const StreamIds* ids, size_t at) : ids_(ids), at_(at) { SkipGap(); }
    uint32_t operator*() const {
      return ids_->as_bits_ ? static_cast<uint32_t>(at_) : ids_->words_[at_];
    }
    Iterator& operator++() {
      ++at_;
      SkipGap();
      return *this;
    }
    Iterator operator++(int) {
      const Iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.at_ == b.at_; }

   private:
    void SkipGap() {
      if (!ids_->as_bits_) return;
      while (at_ < ids_->end_ && (ids_->words_[at_ / 32] >> (at_ % 32) & 1) == 0) ++at_;
    }

    const StreamIds* ids_ = nullptr;
    size_t at_ = 0;  // in the list, or the id
  };

  StreamIds() = default;
  // `ids` ascending, each once.
  explicit StreamIds(std::span<const uint32_t> ids) : size_(ids.size()) {
    const size_t words = ids.empty() ? 0 : ids.back() / 32 + size_t{1};
    as_bits_ = words < ids.size();
    if (!as_bits_) {
      words_.assign(ids.begin(), ids.end());
      end_ = ids.size();
      return;
    }
    end_ = words * 32;
    words_.resize(words);
    for (const uint32_t id : ids) words_[id / 32] |= uint32_t{1} << (id % 32);
  }

  Iterator begin() const { return Iterator(this, 0); }
  Iterator end() const { return Iterator(this, end_); }
  friend bool operator==(const StreamIds&, const StreamIds&) = default;
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // Memory that it takes beside itself.
  size_t held() const { return words_.capacity() * sizeof(uint32_t); }

 private:
  std::vector<uint32_t> words_;
  size_t end_ = 0;  // where iterators end
  size_t size_ = 0;
  bool as_bits_ = false;
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_STREAM_IDS_H_
