#include "collector/logstore/columns/needle_search.h"

#include <algorithm>

namespace vedette::logstore {

base::Status NeedleSearch::Run() {
  for (const std::string_view text : texts_) {
    if (text.find(needle_) != std::string_view::npos) places_->AddAll();
  }
  for (size_t slot = 0; slot < slots() && !places_->full(); ++slot) {
    VEDETTE_RETURN_IF_ERROR(FindInSlot(slot, needle_));
    VEDETTE_RETURN_IF_ERROR(EndsInSlot(slot));
    VEDETTE_RETURN_IF_ERROR(BeginsInSlot(slot));
  }
  return {};
}

base::Status NeedleSearch::FindInSlot(size_t slot, std::string_view part) {
  if (!part.empty()) return Find(slot, part, places_);
  places_->AddAll();
  return {};
}

// The needle begins in the text before the slot and goes on into its value, and maybe beyond.
base::Status NeedleSearch::EndsInSlot(size_t slot) {
  const std::string_view text = texts_[slot];
  for (size_t in_text = 1; in_text <= std::min(text.size(), needle_.size() - 1); ++in_text) {
    if (!text.ends_with(needle_.substr(0, in_text))) continue;
    VEDETTE_RETURN_IF_ERROR(FindFrom(slot, needle_.substr(in_text)));
  }
  return {};
}

// The needle begins in the slot's value and goes on into the text behind it. Values that have
// more of it are among those that have less.
base::Status NeedleSearch::BeginsInSlot(size_t slot) {
  for (size_t in_value = 1; in_value < needle_.size(); ++in_value) {
    if (!GoesOn(slot, needle_.substr(in_value))) continue;
    RowSet found(places_->rows());
    VEDETTE_RETURN_IF_ERROR(Find(slot, needle_.substr(0, in_value), &found));
    if (found.empty()) break;
    places_->Unite(found);
    if (places_->full()) break;
  }
  return {};
}

// `rest` begins where the slot's value does.
base::Status NeedleSearch::FindFrom(size_t slot, std::string_view rest) {
  VEDETTE_RETURN_IF_ERROR(FindInSlot(slot, rest));
  for (size_t in_value = 0; in_value < rest.size(); ++in_value) {
    if (!GoesOn(slot, rest.substr(in_value))) continue;
    VEDETTE_RETURN_IF_ERROR(FindInSlot(slot, rest.substr(0, in_value)));
  }
  return {};
}

// Whether the text behind a slot begins with `rest`, or is all the beginning of it: then what
// comes behind may be anything.
bool NeedleSearch::GoesOn(size_t slot, std::string_view rest) const {
  const std::string_view text = texts_[slot + 1];
  if (rest.size() <= text.size()) return text.starts_with(rest);
  return rest.starts_with(text) && slot + 1 < slots();
}

}  // namespace vedette::logstore
