#include "collector/tsdb/postings_builder.h"

#include <algorithm>
#include <utility>

#include "collector/tsdb/postings_page.h"

namespace vedette::tsdb {

PostingsBuilder::List* PostingsBuilder::FindOrAdd(std::string_view value, Name* name) {
  if (!name->lists.empty() && name->lists[name->last].value == value) {
    return &name->lists[name->last];
  }
  const auto known = name->by_value.find(value);
  if (known != name->by_value.end()) {
    name->last = known->second;
  } else {
    name->last = name->lists.size();
    name->by_value.emplace(std::string(value), name->last);
    name->lists.push_back({std::string(value), {}});
  }
  return &name->lists[name->last];
}

void PostingsBuilder::Add(const model::Labels& labels, uint32_t number) {
  for (const model::LabelView& label : labels) {
    auto name = by_name_.find(label.name);
    if (name == by_name_.end()) {
      name = by_name_.emplace(std::string(label.name), names_.size()).first;
      names_.emplace_back().name = label.name;
    }
    FindOrAdd(label.value, &names_[name->second])->series.push_back(number);
  }
}

LabelDirectory PostingsBuilder::BuildName(Name* name, const KeepFn& keep) {
  LabelDirectory label;
  label.name = name->name;
  std::sort(name->lists.begin(), name->lists.end(),
            [](const List& a, const List& b) { return a.value < b.value; });
  std::string page;
  std::string first_value;
  const auto close = [&] {
    if (!page.empty()) label.pages.push_back({first_value, keep(page)});
    page.clear();
  };
  for (const List& list : name->lists) {
    if (page.empty()) first_value = list.value;
    AppendPostingsEntry(list.value, list.series, &page);
    if (page.size() >= kPostingsPageBytes) close();
  }
  close();
  return label;
}

std::vector<LabelDirectory> PostingsBuilder::Build(const KeepFn& keep) {
  std::sort(names_.begin(), names_.end(),
            [](const Name& a, const Name& b) { return a.name < b.name; });
  std::vector<LabelDirectory> labels;
  for (Name& name : names_) {
    labels.push_back(BuildName(&name, keep));
    name = {};  // the lists are large
  }
  return labels;
}

}  // namespace vedette::tsdb
