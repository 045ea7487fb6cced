#ifndef VEDETTE_COLLECTOR_TSDB_POSTINGS_RUN_H_
#define VEDETTE_COLLECTOR_TSDB_POSTINGS_RUN_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "collector/tsdb/part_format.h"
#include "collector/tsdb/postings_lists.h"

namespace vedette::tsdb {

// The labels of a stretch of a part's series, put by in memory until the part's end: as postings
// pages, zstd, which is a tenth of what the lists take. Immutable.
class PostingsRun {
 public:
  // An entry after the other, of one label name. Valid as long as its run.
  class Reader;

  explicit PostingsRun(const std::vector<PostingsLists::Name>& lists);
  // Sorted.
  std::vector<std::string_view> Names() const;
  Reader Read(std::string_view name) const;

 private:
  struct Page {
    std::string packed;
    size_t unpacked = 0;
  };
  struct Name {
    std::string name;
    std::vector<Page> pages;
  };

  std::vector<Name> names_;
};

class PostingsRun::Reader {
 public:
  explicit Reader(const std::vector<Page>* pages) : pages_(pages) {}
  // Goes to the next entry; false at the end.
  base::StatusOr<bool> Next();
  const PostingsEntry& entry() const { return entries_[at_ - 1]; }

 private:
  const std::vector<Page>* pages_;  // null: none
  size_t next_page_ = 0;
  std::vector<PostingsEntry> entries_;  // of the page
  size_t at_ = 0;                       // the entry after the current one
};

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_POSTINGS_RUN_H_
