#include "app/written_metadata.h"

#include <algorithm>

namespace vedette::app {
namespace {

constexpr int64_t kForgetEveryMs = 60'000;

bool Says(const model::Metadata& known, const model::WireBatch::FamilyView& view) {
  return known.type == view.type && known.help == view.help && known.unit == view.unit;
}

}  // namespace

uint64_t WrittenMetadata::BytesOf(const std::string& family, const Entry& entry) {
  constexpr uint64_t kEntryBytes = sizeof(std::string) + sizeof(Entry) + 2 * sizeof(void*);
  return kEntryBytes + family.size() + entry.metadata.help.size() + entry.metadata.unit.size();
}

void WrittenMetadata::Note(const model::WireBatch& batch) {
  const int64_t now_ms = clock_->WallMillis();
  const base::MutexLock lock(mutex_);
  ForgetNowAndThen(now_ms);
  // 2.0 says the same of each series of a family.
  std::string_view last;
  batch.ForEachFamily([&](const model::WireBatch::FamilyView& view)
                          VEDETTE_NO_THREAD_SAFETY_ANALYSIS {
                            if (view.family != last) NoteOne(view, now_ms);
                            last = view.family;
                          });
}

void WrittenMetadata::Note(const std::vector<model::otlp::FamilyMetadata>& families) {
  const int64_t now_ms = clock_->WallMillis();
  const base::MutexLock lock(mutex_);
  ForgetNowAndThen(now_ms);
  for (const auto& [name, metadata] : families) {
    NoteOne({name, metadata.type, metadata.help, metadata.unit}, now_ms);
  }
}

void WrittenMetadata::ForgetNowAndThen(int64_t now_ms) {
  if (now_ms - forgot_ms_ >= kForgetEveryMs || now_ms < forgot_ms_) Forget(now_ms);
}

void WrittenMetadata::NoteOne(const model::WireBatch::FamilyView& view, int64_t now_ms) {
  const auto known = families_.find(view.family);
  if (known != families_.end()) {
    known->second.said_ms = now_ms;
    if (Says(known->second.metadata, view)) return;
  }
  if (view.family.size() + view.help.size() + view.unit.size() > limits_.max_text_bytes) return;
  const std::string family = base::RepairUtf8(view.family);
  const Entry entry{
      {std::string(view.type), base::RepairUtf8(view.help), base::RepairUtf8(view.unit)}, now_ms};
  const auto at = families_.find(family);
  const uint64_t before = at == families_.end() ? 0 : BytesOf(family, at->second);
  const uint64_t after = bytes_ - before + BytesOf(family, entry);
  if (after > limits_.max_bytes || (before == 0 && families_.size() >= limits_.max_families)) {
    return;
  }
  bytes_ = after;
  families_[family] = entry;
}

void WrittenMetadata::Forget(int64_t now_ms) {
  forgot_ms_ = now_ms;
  absl::erase_if(families_, [&](const auto& entry) VEDETTE_NO_THREAD_SAFETY_ANALYSIS {
    if (now_ms - entry.second.said_ms <= kKeptMs) return false;
    bytes_ -= BytesOf(entry.first, entry.second);
    return true;
  });
}

std::vector<std::pair<std::string, model::Metadata>> WrittenMetadata::Snapshot() const {
  std::vector<std::pair<std::string, model::Metadata>> out;
  {
    const base::MutexLock lock(mutex_);
    out.reserve(families_.size());
    for (const auto& [family, entry] : families_) out.emplace_back(family, entry.metadata);
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return out;
}

}  // namespace vedette::app
