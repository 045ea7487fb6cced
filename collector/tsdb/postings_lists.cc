#include "collector/tsdb/postings_lists.h"

#include <algorithm>
#include <utility>

namespace vedette::tsdb {
namespace {

// A value beside its text, kept twice: an entry, its place by value, a first number, their blocks
// of the allocator.
constexpr size_t kValueBytes = 256;
// A number in a vector that grows by doubling.
constexpr size_t kNumberBytes = 6;

}  // namespace

PostingsLists::Values& PostingsLists::ValuesOf(std::string_view name) {
  auto known = by_name_.find(name);
  if (known == by_name_.end()) {
    known = by_name_.emplace(std::string(name), names_.size()).first;
    names_.emplace_back().lists.name = name;
  }
  return names_[known->second];
}

PostingsEntry& PostingsLists::EntryOf(std::string_view value, Values* values) {
  std::vector<PostingsEntry>& entries = values->lists.entries;
  if (!entries.empty() && entries[values->last].value == value) return entries[values->last];
  const auto known = values->by_value.find(value);
  if (known != values->by_value.end()) {
    values->last = known->second;
    return entries[values->last];
  }
  values->last = entries.size();
  values->by_value.emplace(std::string(value), values->last);
  entries.push_back({std::string(value), {}});
  bytes_ += kValueBytes + 2 * value.size();
  return entries.back();
}

void PostingsLists::Add(const model::Labels& labels, uint32_t number) {
  for (const model::LabelView& label : labels) {
    EntryOf(label.value, &ValuesOf(label.name)).series.push_back(number);
    bytes_ += kNumberBytes;
  }
}

std::vector<PostingsLists::Name> PostingsLists::Take() {
  std::vector<Name> all;
  for (Values& values : names_) {
    values.by_value = {};  // as large as the entries
    std::sort(values.lists.entries.begin(), values.lists.entries.end(),
              [](const PostingsEntry& a, const PostingsEntry& b) { return a.value < b.value; });
    all.push_back(std::move(values.lists));
  }
  std::sort(all.begin(), all.end(), [](const Name& a, const Name& b) { return a.name < b.name; });
  *this = PostingsLists();
  return all;
}

}  // namespace vedette::tsdb
