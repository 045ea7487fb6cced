#ifndef VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_TEXT_ARENA_H_
#define VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_TEXT_ARENA_H_

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace vedette::logstore {

// Keeps copies of texts, one behind the other; they never move. Chunks grow from small to
// `max_chunk` bytes. One thread.
class TextArena {
 public:
  explicit TextArena(size_t max_chunk = 64 << 10) : max_chunk_(max_chunk) {}

  // A copy that lives until Clear, or as long as the arena.
  std::string_view Keep(std::string_view text) {
    if (left_ < text.size()) Grow(text.size());
    if (!text.empty()) std::memcpy(at_, text.data(), text.size());
    const std::string_view kept(at_, text.size());
    at_ += text.size();
    left_ -= text.size();
    return kept;
  }
  void Clear() {
    chunks_.clear();
    at_ = nullptr;
    left_ = 0;
  }

 private:
  static constexpr size_t kFirstChunk = 512;

  void Grow(size_t needed) {
    const size_t doubled = kFirstChunk << std::min<size_t>(chunks_.size(), 16);
    left_ = std::max(needed, std::min(max_chunk_, doubled));
    chunks_.push_back(std::make_unique_for_overwrite<char[]>(left_));
    at_ = chunks_.back().get();
  }

  size_t max_chunk_;
  std::vector<std::unique_ptr<char[]>> chunks_;
  char* at_ = nullptr;
  size_t left_ = 0;
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_TEXT_ARENA_H_
