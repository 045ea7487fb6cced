#ifndef VEDETTE_COLLECTOR_TSDB_POSTINGS_LISTS_H_
#define VEDETTE_COLLECTOR_TSDB_POSTINGS_LISTS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"
#include "collector/tsdb/part_format.h"
#include "model/labels.h"

namespace vedette::tsdb {

// Which series have which labels, in memory. One thread.
class PostingsLists {
 public:
  struct Name {
    std::string name;
    std::vector<PostingsEntry> entries;  // by value
  };

  // `number` is above that of the call before.
  void Add(const model::Labels& labels, uint32_t number);
  // About what it takes in memory.
  size_t bytes() const { return bytes_; }
  // All of it by name; it is empty then.
  std::vector<Name> Take();

 private:
  struct Values {
    Name lists;  // in no order
    base::StringMap<size_t> by_value;
    size_t last = 0;  // the entry added to last: neighbours often share a value
  };
  Values& ValuesOf(std::string_view name);
  PostingsEntry& EntryOf(std::string_view value, Values* values);

  std::vector<Values> names_;
  base::StringMap<size_t> by_name_;
  size_t bytes_ = 0;
};

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_POSTINGS_LISTS_H_
