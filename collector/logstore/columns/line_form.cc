#include "collector/logstore/columns/line_form.h"

#include <algorithm>
#include <utility>

#include "base/codec/bytes.h"
#include "collector/logstore/columns/line_scanner.h"
#include "collector/logstore/columns/needle_search.h"

namespace vedette::logstore {
namespace {

uint64_t HashOfForm(const LineForm& form) {
  uint64_t hash = base::Hash64(form.text);
  const auto mix = [&](uint64_t value) {
    hash = (hash ^ value) * 0x9E3779B97F4A7C15 + (hash >> 29);
  };
  for (const LineForm::Slot& slot : form.slots) {
    mix(uint64_t{slot.bound.kinds} << 32 | uint64_t{slot.bound.length} << 16 |
        uint64_t{slot.bound.hex_run} << 8 | slot.bound.decimal_run);
    mix(static_cast<uint64_t>(slot.search.kind) << 2 | uint64_t{slot.search.hex.upper} << 1 |
        uint64_t{slot.search.hex.uuid});
  }
  return hash;
}

// Of fewer bytes too many values have them for it to be worth a look.
size_t FewestBytes(SearchStyle style) {
  constexpr size_t kFewestDigits = 7;
  constexpr size_t kFewestOfText = 3;
  return style.kind == SearchStyle::Kind::kHex ? kFewestDigits : kFewestOfText;
}

// A needle in the lines of a form: one place stands for all of them.
class FormSearch final : public NeedleSearch {
 public:
  FormSearch(const LineForm& form, std::span<const std::string_view> texts, std::string_view needle,
             RowSet* place)
      : NeedleSearch(texts, needle, place), form_(form) {}

  const std::vector<LineJudge::Part>& parts() const { return parts_; }

 private:
  base::Status Find(size_t slot, std::string_view part, RowSet* found) override {
    const LineForm::Slot& own = form_.slots[slot];
    if (!own.bound.MayHold(part)) return {};
    // Of a part that goes on behind the slot the search asks for shorter ones first.
    const bool ends_here = part.data() + part.size() == needle().data() + needle().size();
    if (own.search.kind != SearchStyle::Kind::kNone && ends_here &&
        part.size() >= FewestBytes(own.search)) {
      parts_.push_back({static_cast<uint32_t>(slot), part});
    } else {
      found->AddAll();
    }
    return {};
  }

  const LineForm& form_;
  std::vector<LineJudge::Part> parts_;
};

}  // namespace

LineFormPtr LineForms::Share(LineForm form, bool* fresh) {
  const uint64_t hash = HashOfForm(form);
  base::MutexLock lock(mutex_);
  std::vector<LineFormPtr>& same = forms_[hash];
  for (const LineFormPtr& known : same) {
    if (known->text == form.text && known->slots == form.slots) {
      *fresh = known.use_count() == 1;
      return known;
    }
  }
  *fresh = true;
  const LineFormPtr made = std::make_shared<const LineForm>(std::move(form));
  same.push_back(made);
  if (++size_ >= sweep_at_) SweepLocked();
  return made;
}

void LineForms::Sweep() {
  base::MutexLock lock(mutex_);
  SweepLocked();
}

void LineForms::SweepLocked() {
  size_t left = 0;
  absl::erase_if(forms_, [&left](auto& entry) {
    std::erase_if(entry.second, [](const LineFormPtr& form) { return form.use_count() == 1; });
    left += entry.second.size();
    return entry.second.empty();
  });
  size_ = left;
  sweep_at_ = std::max<size_t>(1024, 2 * size_);
}

size_t LineForms::size() const {
  base::MutexLock lock(mutex_);
  return size_;
}

const LineJudge::Verdict& LineJudge::Of(const LineFormPtr& form) {
  std::unique_ptr<Verdict>& verdict = verdicts_[form.get()];
  if (verdict == nullptr) {
    verdict = std::make_unique<Verdict>(Judge(*form));
    verdict->form = form;
  }
  return *verdict;
}

LineJudge::Verdict LineJudge::Judge(const LineForm& form) const {
  Verdict verdict;
  const std::vector<std::string_view> texts = TextsOfShape(form.text);
  for (const auto& any : required_) {
    RowSet place(1);
    std::vector<Part> parts;
    for (const std::string& needle : any) {
      if (needle.empty()) place.AddAll();
      if (place.full()) break;
      FormSearch search(form, texts, needle, &place);
      search.Run().IgnoreError();  // finds without reading: cannot fail
      parts.insert(parts.end(), search.parts().begin(), search.parts().end());
    }
    if (place.full()) continue;
    verdict.never |= parts.empty();
    verdict.open.push_back(std::move(parts));
  }
  return verdict;
}

}  // namespace vedette::logstore
