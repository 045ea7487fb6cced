#include "collector/tsdb/postings_run.h"

#include <algorithm>

#include "base/codec/compress.h"
#include "collector/tsdb/postings_page.h"

namespace vedette::tsdb {
namespace {

constexpr int kLevel = 1;  // of zstd

}  // namespace

PostingsRun::PostingsRun(const std::vector<PostingsLists::Name>& lists) {
  for (const PostingsLists::Name& list : lists) {
    Name& name = names_.emplace_back();
    name.name = list.name;
    std::string page;
    for (const PostingsEntry& entry : list.entries) {
      AppendPostingsEntry(entry.value, entry.series, &page);
      if (page.size() < kPostingsPageBytes && &entry != &list.entries.back()) continue;
      name.pages.push_back({base::ZstdCompress(page, kLevel), page.size()});
      page.clear();
    }
  }
}

std::vector<std::string_view> PostingsRun::Names() const {
  std::vector<std::string_view> names;
  for (const Name& name : names_) names.push_back(name.name);
  return names;
}

PostingsRun::Reader PostingsRun::Read(std::string_view name) const {
  const auto at = std::lower_bound(
      names_.begin(), names_.end(), name,
      [](const Name& known, std::string_view wanted) { return known.name < wanted; });
  return Reader(at != names_.end() && at->name == name ? &at->pages : nullptr);
}

base::StatusOr<bool> PostingsRun::Reader::Next() {
  if (at_ < entries_.size()) {
    ++at_;
    return true;
  }
  if (pages_ == nullptr || next_page_ == pages_->size()) return false;
  const Page& page = (*pages_)[next_page_++];
  VEDETTE_ASSIGN_OR_RETURN(const std::string bytes,
                           base::ZstdDecompress(page.packed, page.unpacked));
  VEDETTE_ASSIGN_OR_RETURN(entries_, DecodePostingsPage(bytes, UINT32_MAX));
  at_ = 1;
  return true;
}

}  // namespace vedette::tsdb
