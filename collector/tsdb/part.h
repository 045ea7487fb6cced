#ifndef VEDETTE_COLLECTOR_TSDB_PART_H_
#define VEDETTE_COLLECTOR_TSDB_PART_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/fs.h"
#include "base/status.h"
#include "collector/tsdb/part_format.h"
#include "collector/tsdb/part_selections.h"
#include "model/matcher.h"

namespace vedette::tsdb {

// A finished part of either version, read by pread. Keeps in memory its directory alone; what
// selectors and label queries find is kept where all parts of a store keep it.
// Immutable, thread-safe, shared by the readers whose snapshot holds it: the file may be unlinked
// meanwhile. Every error names the file; DataLoss means that the bytes are damaged.
class Part {
 public:
  // InvalidArgument for a newer format version. `lately` outlives what is asked of the part; null:
  // nothing found is kept.
  static base::StatusOr<std::shared_ptr<const Part>> Open(base::FileSystem* fs,
                                                          const std::string& path,
                                                          PartSelections* lately = nullptr);

  const std::string& path() const { return path_; }
  uint64_t series() const { return footer_.series; }
  uint64_t samples() const { return footer_.samples; }
  int64_t min_ms() const { return footer_.min_ms; }
  int64_t max_ms() const { return footer_.max_ms; }
  uint64_t bytes() const { return file_->Size(); }

  // Numbers of the series that match all matchers, ascending: the order of their labels.
  base::StatusOr<std::shared_ptr<const std::vector<uint32_t>>> Match(
      const std::vector<model::Matcher>& matchers) const;

  uint32_t version() const { return version_; }
  const Directory& directory() const { return directory_; }
  // A checked and unpacked page.
  base::StatusOr<std::string> ReadPage(const PageRef& page) const;
  base::StatusOr<std::string> ReadExactly(uint64_t offset, size_t length) const;
  // `status` with the file's name and the place.
  base::Status Damaged(const base::Status& status, uint64_t offset) const;

  // Sorted.
  std::vector<std::string> LabelNames() const;
  base::StatusOr<std::shared_ptr<const std::vector<std::string>>> LabelValues(
      std::string_view name) const;

 private:
  Part(std::string path, std::unique_ptr<base::RandomAccessFile> file, PartSelections* lately);
  base::Status Load();
  base::StatusOr<std::string> Unpack(const PageRef& page) const;
  base::StatusOr<std::vector<PostingsEntry>> ReadPostings(const PageRef& page) const;
  const LabelDirectory* FindLabel(std::string_view name) const;
  // Appends the series whose value of the matcher's label is present and matches (or does not).
  base::Status Collect(const model::Matcher& matcher, bool wanted,
                       std::vector<uint32_t>* series) const;
  base::Status CollectValue(const LabelDirectory& label, std::string_view value,
                            std::vector<uint32_t>* series) const;
  base::StatusOr<std::vector<uint32_t>> FindMatching(
      const std::vector<model::Matcher>& matchers) const;
  std::vector<uint32_t> AllSeries() const;
  base::StatusOr<std::vector<std::string>> ReadLabelValues(std::string_view name) const;

  const std::string path_;
  const std::unique_ptr<base::RandomAccessFile> file_;
  PartSelections* const lately_;
  uint32_t version_ = 0;  // const after Open
  Footer footer_;         // const after Open
  Directory directory_;   // const after Open
};

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_PART_H_
