#ifndef VEDETTE_COLLECTOR_TSDB_POSTINGS_BUILDER_H_
#define VEDETTE_COLLECTOR_TSDB_POSTINGS_BUILDER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "collector/tsdb/part_format.h"
#include "collector/tsdb/postings_lists.h"
#include "collector/tsdb/postings_run.h"
#include "model/labels.h"

namespace vedette::tsdb {

// Gathers which series have which labels, for the index of a part. What a day of series that come
// and go would take as lists is put by in runs, packed, and merged at the end. One thread.
class PostingsBuilder {
 public:
  static constexpr size_t kRunBytes = 16 << 20;
  // Lists that take more than `run_bytes` become a run.
  explicit PostingsBuilder(size_t run_bytes = kRunBytes) : run_bytes_(run_bytes) {}

  // `number` is above that of the call before.
  void Add(const model::Labels& labels, uint32_t number);

  // The pages, each handed to `keep` for its place. Sorted by name. Nothing is left.
  using KeepFn = std::function<base::StatusOr<PageRef>(std::string_view page)>;
  base::StatusOr<std::vector<LabelDirectory>> Build(const KeepFn& keep);

 private:
  void CloseRun();
  base::StatusOr<LabelDirectory> Merge(std::string_view name, const KeepFn& keep) const;

  const size_t run_bytes_;
  PostingsLists lists_;
  std::vector<PostingsRun> runs_;
};

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_POSTINGS_BUILDER_H_
