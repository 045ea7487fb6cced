#ifndef VEDETTE_COLLECTOR_TSDB_POSTINGS_BUILDER_H_
#define VEDETTE_COLLECTOR_TSDB_POSTINGS_BUILDER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"
#include "collector/tsdb/part_format.h"
#include "model/labels.h"

namespace vedette::tsdb {

// Gathers which series have which labels, for the index of a part. One thread.
class PostingsBuilder {
 public:
  // `number` is above that of the call before.
  void Add(const model::Labels& labels, uint32_t number);

  // The pages, each handed to `keep` for its place. Sorted by name.
  using KeepFn = std::function<PageRef(std::string_view page)>;
  std::vector<LabelDirectory> Build(const KeepFn& keep);

 private:
  struct List {
    std::string value;
    std::vector<uint32_t> series;
  };
  struct Name {
    std::string name;
    std::vector<List> lists;
    base::StringMap<size_t> by_value;
    size_t last = 0;  // the list added to last: neighbours often share a value
  };
  List* FindOrAdd(std::string_view value, Name* name);
  static LabelDirectory BuildName(Name* name, const KeepFn& keep);

  std::vector<Name> names_;
  base::StringMap<size_t> by_name_;
};

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_POSTINGS_BUILDER_H_
