#include "collector/tsdb/part.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/codec/compress.h"
#include "collector/tsdb/postings_page.h"
#include "collector/tsdb/selector_text.h"
#include "collector/tsdb/series_page.h"
#include "collector/tsdb/v1_format.h"

namespace vedette::tsdb {

base::StatusOr<std::shared_ptr<const Part>> Part::Open(base::FileSystem* fs,
                                                       const std::string& path,
                                                       PartSelections* lately) {
  VEDETTE_ASSIGN_OR_RETURN(std::unique_ptr<base::RandomAccessFile> file, fs->OpenRead(path));
  std::shared_ptr<Part> part(new Part(path, std::move(file), lately));
  VEDETTE_RETURN_IF_ERROR(base::Annotate(part->Load(), path));
  return std::shared_ptr<const Part>(std::move(part));
}

Part::Part(std::string path, std::unique_ptr<base::RandomAccessFile> file, PartSelections* lately)
    : path_(std::move(path)), file_(std::move(file)), lately_(lately) {}

base::Status Part::Load() {
  const uint64_t size = file_->Size();
  if (size < kPartHeaderBytes + kFooterBytes) return base::DataLoss("part is cut off");
  VEDETTE_ASSIGN_OR_RETURN(const std::string header, ReadExactly(0, kPartHeaderBytes));
  VEDETTE_ASSIGN_OR_RETURN(version_, ReadPartHeader(header));
  VEDETTE_ASSIGN_OR_RETURN(const std::string tail, ReadExactly(size - kFooterBytes, kFooterBytes));
  VEDETTE_ASSIGN_OR_RETURN(footer_, DecodeFooter(tail));
  const PageRef page{footer_.directory_offset, footer_.directory_length, footer_.directory_unpacked,
                     footer_.directory_checksum};
  VEDETTE_ASSIGN_OR_RETURN(const std::string directory, Unpack(page));
  VEDETTE_ASSIGN_OR_RETURN(directory_, DecodeDirectory(directory, version_));
  const size_t page_series = version_ == 1 ? v1::kPageSeries : kPageSeries;
  const uint64_t pages = (footer_.series + page_series - 1) / page_series;
  if (footer_.series > UINT32_MAX || pages != directory_.series_pages.size()) {
    return base::DataLoss("part directory does not hold the footer's number of series");
  }
  return {};
}

base::StatusOr<std::string> Part::ReadExactly(uint64_t offset, size_t length) const {
  if (offset > file_->Size() || length > file_->Size() - offset) {
    return base::DataLoss("bytes beyond the end of the file");
  }
  std::string bytes(length, '\0');
  VEDETTE_ASSIGN_OR_RETURN(const size_t got, file_->Read(offset, length, bytes.data()));
  if (got != length) return base::DataLoss("file is shorter than it was");
  return bytes;
}

base::StatusOr<std::string> Part::Unpack(const PageRef& page) const {
  if (page.unpacked > kMaxPageBytes) return base::DataLoss("page is larger than any is written");
  VEDETTE_ASSIGN_OR_RETURN(std::string packed, ReadExactly(page.offset, page.length));
  if (Checksum(packed) != page.checksum) return base::DataLoss("page: checksum mismatch");
  if (page.unpacked == 0) return packed;
  auto bytes = base::ZstdDecompress(packed, page.unpacked);
  if (!bytes.ok()) return base::DataLoss(base::Message(bytes.status()));
  return bytes;
}

base::Status Part::Damaged(const base::Status& status, uint64_t offset) const {
  return base::Annotate(status, path_ + ": at byte " + std::to_string(offset));
}

base::StatusOr<std::string> Part::ReadPage(const PageRef& page) const {
  auto bytes = Unpack(page);
  if (!bytes.ok()) return Damaged(bytes.status(), page.offset);
  return bytes;
}

base::StatusOr<std::vector<PostingsEntry>> Part::ReadPostings(const PageRef& page) const {
  VEDETTE_ASSIGN_OR_RETURN(const std::string bytes, ReadPage(page));
  auto entries = version_ == 1 ? v1::DecodePostingsPage(bytes, footer_.series)
                               : DecodePostingsPage(bytes, footer_.series);
  if (!entries.ok()) return Damaged(entries.status(), page.offset);
  return entries;
}

const LabelDirectory* Part::FindLabel(std::string_view name) const {
  const auto at = std::lower_bound(
      directory_.labels.begin(), directory_.labels.end(), name,
      [](const LabelDirectory& label, std::string_view wanted) { return label.name < wanted; });
  return at != directory_.labels.end() && at->name == name ? &*at : nullptr;
}

base::Status Part::CollectValue(const LabelDirectory& label, std::string_view value,
                                std::vector<uint32_t>* series) const {
  auto page = std::upper_bound(
      label.pages.begin(), label.pages.end(), value,
      [](std::string_view wanted, const PostingsPageRef& p) { return wanted < p.first_value; });
  if (page == label.pages.begin()) return {};
  VEDETTE_ASSIGN_OR_RETURN(const std::vector<PostingsEntry> entries,
                           ReadPostings(std::prev(page)->page));
  for (const PostingsEntry& entry : entries) {
    if (entry.value != value) continue;
    series->insert(series->end(), entry.series.begin(), entry.series.end());
  }
  return {};
}

base::Status Part::Collect(const model::Matcher& matcher, bool wanted,
                           std::vector<uint32_t>* series) const {
  const LabelDirectory* label = FindLabel(matcher.name());
  if (label == nullptr) return {};
  if (wanted && matcher.type() == model::MatchType::kEqual) {
    return CollectValue(*label, matcher.value(), series);
  }
  if (wanted && matcher.type() == model::MatchType::kRegex && !matcher.literals().empty()) {
    for (const std::string& value : matcher.literals()) {
      VEDETTE_RETURN_IF_ERROR(CollectValue(*label, value, series));
    }
  } else {
    for (const PostingsPageRef& page : label->pages) {
      VEDETTE_ASSIGN_OR_RETURN(const std::vector<PostingsEntry> entries, ReadPostings(page.page));
      for (const PostingsEntry& entry : entries) {
        if (matcher.Matches(entry.value) != wanted) continue;
        series->insert(series->end(), entry.series.begin(), entry.series.end());
      }
    }
  }
  std::sort(series->begin(), series->end());
  return {};
}

base::StatusOr<std::shared_ptr<const std::vector<uint32_t>>> Part::Match(
    const std::vector<model::Matcher>& matchers) const {
  const std::string selector = SelectorText(matchers);
  if (lately_ != nullptr) {
    if (auto known = lately_->FindSeries(path_, selector)) return known;
  }
  VEDETTE_ASSIGN_OR_RETURN(std::vector<uint32_t> found, FindMatching(matchers));
  auto matched = std::make_shared<const std::vector<uint32_t>>(std::move(found));
  if (lately_ != nullptr) lately_->PutSeries(path_, selector, matched);
  return matched;
}

base::StatusOr<std::vector<uint32_t>> Part::FindMatching(
    const std::vector<model::Matcher>& matchers) const {
  std::vector<uint32_t> matched;
  bool all = true;  // `matched` stands for all series
  // A matcher that an absent label satisfies takes away what it refuses; any other keeps what it
  // accepts. Those go first: what they leave mostly is little.
  for (const bool keeps : {true, false}) {
    for (const model::Matcher& matcher : matchers) {
      if (keeps == matcher.MatchesEmpty()) continue;
      std::vector<uint32_t> series;
      VEDETTE_RETURN_IF_ERROR(Collect(matcher, keeps, &series));
      if (keeps && all) {
        matched = std::move(series);
        all = false;
        continue;
      }
      if (all) matched = AllSeries();
      all = false;
      std::vector<uint32_t> left;
      if (keeps) {
        std::set_intersection(matched.begin(), matched.end(), series.begin(), series.end(),
                              std::back_inserter(left));
      } else {
        std::set_difference(matched.begin(), matched.end(), series.begin(), series.end(),
                            std::back_inserter(left));
      }
      matched = std::move(left);
      if (matched.empty()) return matched;
    }
  }
  return all ? AllSeries() : matched;
}

std::vector<uint32_t> Part::AllSeries() const {
  std::vector<uint32_t> all(footer_.series);
  std::iota(all.begin(), all.end(), 0u);
  return all;
}

std::vector<std::string> Part::LabelNames() const {
  std::vector<std::string> names;
  for (const LabelDirectory& label : directory_.labels) names.push_back(label.name);
  return names;
}

base::StatusOr<std::shared_ptr<const std::vector<std::string>>> Part::LabelValues(
    std::string_view name) const {
  if (lately_ != nullptr) {
    if (auto known = lately_->FindValues(path_, name)) return known;
  }
  VEDETTE_ASSIGN_OR_RETURN(std::vector<std::string> read, ReadLabelValues(name));
  auto values = std::make_shared<const std::vector<std::string>>(std::move(read));
  if (lately_ != nullptr) lately_->PutValues(path_, name, values);
  return values;
}

base::StatusOr<std::vector<std::string>> Part::ReadLabelValues(std::string_view name) const {
  std::vector<std::string> values;
  const LabelDirectory* label = FindLabel(name);
  if (label == nullptr) return values;
  for (const PostingsPageRef& page : label->pages) {
    VEDETTE_ASSIGN_OR_RETURN(std::vector<PostingsEntry> entries, ReadPostings(page.page));
    for (PostingsEntry& entry : entries) values.push_back(std::move(entry.value));
  }
  return values;
}

}  // namespace vedette::tsdb
