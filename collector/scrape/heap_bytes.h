#ifndef VEDETTE_COLLECTOR_SCRAPE_HEAP_BYTES_H_
#define VEDETTE_COLLECTOR_SCRAPE_HEAP_BYTES_H_

#include <cstdint>
#include <string>

#include "model/labels.h"

namespace vedette::scrape {

// What the allocator adds to each piece of memory, on the average.
inline constexpr uint64_t kAllocationBytes = 16;

// What a value holds besides itself.
inline uint64_t HeapBytes(const std::string& text) {
  constexpr size_t kInPlace = 15;
  return text.capacity() > kInPlace ? text.capacity() + 1 + kAllocationBytes : 0;
}
inline uint64_t HeapBytes(const model::Labels& labels) { return HeapBytes(labels.bytes()); }
template <typename T>
uint64_t ArrayBytes(const T& array) {
  return array.capacity() * sizeof(typename T::value_type);
}
// Of each slot of a hash table, one byte more than its value.
template <typename Table>
uint64_t TableBytes(const Table& table) {
  return table.capacity() * (sizeof(typename Table::value_type) + 1);
}

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_HEAP_BYTES_H_
