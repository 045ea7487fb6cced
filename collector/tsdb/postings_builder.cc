#include "collector/tsdb/postings_builder.h"

#include <queue>
#include <set>
#include <string>
#include <utility>

#include "collector/tsdb/postings_page.h"

namespace vedette::tsdb {
namespace {

// The pages of one label name.
class NameWriter {
 public:
  NameWriter(std::string_view name, const PostingsBuilder::KeepFn& keep) : keep_(keep) {
    label_.name = name;
  }

  base::Status Add(const std::string& value, const std::vector<uint32_t>& series) {
    if (page_.empty()) first_value_ = value;
    AppendPostingsEntry(value, series, &page_);
    return page_.size() >= kPostingsPageBytes ? Close() : base::Status();
  }
  base::StatusOr<LabelDirectory> Finish() {
    if (!page_.empty()) VEDETTE_RETURN_IF_ERROR(Close());
    return std::move(label_);
  }

 private:
  base::Status Close() {
    VEDETTE_ASSIGN_OR_RETURN(const PageRef ref, keep_(page_));
    label_.pages.push_back({first_value_, ref});
    page_.clear();
    return {};
  }

  const PostingsBuilder::KeepFn& keep_;
  LabelDirectory label_;
  std::string page_;
  std::string first_value_;
};

// The entries of one name in all runs, by value; of equal ones those of the earlier run, which has
// the lower numbers, first.
class RunMerger {
 public:
  base::Status Open(const std::vector<PostingsRun>& runs, std::string_view name) {
    for (const PostingsRun& run : runs) readers_.push_back(run.Read(name));
    for (size_t run = 0; run < readers_.size(); ++run) VEDETTE_RETURN_IF_ERROR(Advance(run));
    return {};
  }
  bool empty() const { return queue_.empty(); }
  base::StatusOr<PostingsEntry> Pop() {
    PostingsEntry merged = readers_[queue_.top()].entry();
    while (true) {
      const size_t run = queue_.top();
      queue_.pop();
      VEDETTE_RETURN_IF_ERROR(Advance(run));
      if (queue_.empty()) return merged;
      const PostingsEntry& next = readers_[queue_.top()].entry();
      if (next.value != merged.value) return merged;
      merged.series.insert(merged.series.end(), next.series.begin(), next.series.end());
    }
  }

 private:
  struct After {
    const std::vector<PostingsRun::Reader>* readers;
    bool operator()(size_t a, size_t b) const {
      const auto order = (*readers)[a].entry().value <=> (*readers)[b].entry().value;
      return order == 0 ? a > b : order > 0;
    }
  };
  base::Status Advance(size_t run) {
    VEDETTE_ASSIGN_OR_RETURN(const bool more, readers_[run].Next());
    if (more) queue_.push(run);
    return {};
  }

  std::vector<PostingsRun::Reader> readers_;
  std::priority_queue<size_t, std::vector<size_t>, After> queue_{After{&readers_}};
};

}  // namespace

void PostingsBuilder::Add(const model::Labels& labels, uint32_t number) {
  lists_.Add(labels, number);
  if (lists_.bytes() > run_bytes_) CloseRun();
}

void PostingsBuilder::CloseRun() { runs_.emplace_back(lists_.Take()); }

base::StatusOr<LabelDirectory> PostingsBuilder::Merge(std::string_view name,
                                                      const KeepFn& keep) const {
  NameWriter out(name, keep);
  RunMerger merger;
  VEDETTE_RETURN_IF_ERROR(merger.Open(runs_, name));
  while (!merger.empty()) {
    VEDETTE_ASSIGN_OR_RETURN(const PostingsEntry entry, merger.Pop());
    VEDETTE_RETURN_IF_ERROR(out.Add(entry.value, entry.series));
  }
  return out.Finish();
}

base::StatusOr<std::vector<LabelDirectory>> PostingsBuilder::Build(const KeepFn& keep) {
  std::vector<LabelDirectory> labels;
  if (runs_.empty()) {
    for (const PostingsLists::Name& name : lists_.Take()) {
      NameWriter out(name.name, keep);
      for (const PostingsEntry& entry : name.entries) {
        VEDETTE_RETURN_IF_ERROR(out.Add(entry.value, entry.series));
      }
      VEDETTE_ASSIGN_OR_RETURN(labels.emplace_back(), out.Finish());
    }
    return labels;
  }
  CloseRun();
  std::set<std::string, std::less<>> names;
  for (const PostingsRun& run : runs_) {
    for (const std::string_view name : run.Names()) names.emplace(name);
  }
  for (const std::string& name : names) {
    VEDETTE_ASSIGN_OR_RETURN(labels.emplace_back(), Merge(name, keep));
  }
  runs_.clear();
  return labels;
}

}  // namespace vedette::tsdb
