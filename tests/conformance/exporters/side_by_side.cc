#include "tests/conformance/exporters/side_by_side.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/number_text.h"
#include "base/strings.h"

namespace vedette::test {
namespace {

std::string NumberText(double value) {
  std::string text;
  base::AppendFloatG(value, &text);
  return text;
}

// Differences of numbers that were written in decimal are as exact as this.
bool IsBetween(double value, double a, double b) {
  if (std::isnan(value) || std::isnan(a) || std::isnan(b)) {
    return std::isnan(value) && (std::isnan(a) || std::isnan(b));
  }
  const double slack = 1e-9 * std::max(std::abs(a), std::abs(b));
  return value >= std::min(a, b) - slack && value <= std::max(a, b) + slack;
}

std::string Describe(const MetricsPage::Family& family) {
  std::string text = base::Concat({family.type, " \"", family.help, "\""});
  for (const std::string& names : family.label_sets) text += base::Concat({" {", names, "}"});
  return text;
}

}  // namespace

void Tally::Check(bool good, const std::string& what) {
  ++(good ? passed_ : failed_);
  if (!good) std::printf("FAILED %s\n", what.c_str());
}

int Tally::Finish() const {
  std::printf("%d passed, %d failed\n", passed_, failed_);
  return failed_ == 0 ? 0 : 1;
}

SideBySide::SideBySide(std::string name, Help help, std::vector<Exception> exceptions)
    : name_(std::move(name)), help_(help), exceptions_(std::move(exceptions)) {}

const Exception* SideBySide::Find(const std::string& family, std::string_view series) const {
  for (const Exception& one : exceptions_) {
    const std::string_view name = one.name;
    const bool matches = base::EndsWith(name, "*")
                             ? base::StartsWith(family, name.substr(0, name.size() - 1))
                             : family == name;
    if (matches && (one.label.empty() || series.find(one.label) != series.npos)) return &one;
  }
  return nullptr;
}

bool SideBySide::IsLeftOut(const std::string& family) const {
  const Exception* const exception = Find(family);
  return exception != nullptr && exception->kind == Exception::kAbsent;
}

void SideBySide::Settle(const std::string& what, const std::string& wrong) {
  asked_.insert(what);
  if (passed_.contains(what)) return;
  if (!wrong.empty()) {
    open_[what] = wrong;
    return;
  }
  open_.erase(what);
  passed_.insert(what);
}

void SideBySide::CompareShape(const std::string& name, const MetricsPage::Family& theirs,
                              const MetricsPage& ours) {
  const auto found = ours.families.find(name);
  if (found == ours.families.end()) return Settle("family " + name, "absent");
  const MetricsPage::Family& own = found->second;
  const bool is_same = own.type == theirs.type && own.label_sets == theirs.label_sets &&
                       (help_ == Help::kOwn || own.help == theirs.help);
  Settle("family " + name,
         is_same ? "" : base::Concat({Describe(own), ", upstream ", Describe(theirs)}));
}

void SideBySide::CompareSeries(const std::string& family, const MetricsPage::Family& before,
                               const MetricsPage::Family& after, const MetricsPage::Family& ours) {
  for (const auto& [series, first] : before.series) {
    const auto last = after.series.find(series);
    const Exception* const exception = Find(family, series);
    const bool is_shape_alone = exception != nullptr && exception->kind == Exception::kShape;
    if (is_shape_alone || last == after.series.end()) continue;
    const auto own = ours.series.find(series);
    if (own == ours.series.end()) {
      Settle(series, "absent");
      continue;
    }
    const double value = own->second;
    const bool good = exception == nullptr
                          ? IsBetween(value, first, last->second)
                          : exception->kind == Exception::kSeries || value >= first;
    Settle(series, good ? ""
                        : base::Concat({NumberText(value), ", upstream ", NumberText(first),
                                        " and then ", NumberText(last->second)}));
  }
}

void SideBySide::NoteExtras(const MetricsPage& theirs, const MetricsPage& ours) {
  for (const auto& [family, own] : ours.families) {
    if (IsLeftOut(family)) continue;
    if (!theirs.families.contains(family)) extras_.insert(family);
  }
}

void SideBySide::AddRound(const MetricsPage& before, const MetricsPage& ours,
                          const MetricsPage& after) {
  asked_.clear();
  Settle("page of upstream", before.families.empty() ? "none" : before.error);
  Settle("page of ours", ours.families.empty() ? "none" : ours.error);
  for (const auto& [name, theirs] : before.families) {
    if (IsLeftOut(name)) continue;
    CompareShape(name, theirs, ours);
    const auto own = ours.families.find(name);
    const auto last = after.families.find(name);
    if (own == ours.families.end() || last == after.families.end()) continue;
    CompareSeries(name, theirs, last->second, own->second);
  }
  NoteExtras(before, ours);
  std::erase_if(open_, [this](const auto& one) { return !asked_.contains(one.first); });
}

void SideBySide::Finish(Tally* tally) const {
  for (const std::string& what : passed_) tally->Check(true, what);
  for (const auto& [what, wrong] : open_) {
    tally->Check(false, base::Concat({name_, ": ", what, ": ", wrong}));
  }
  const std::vector<std::string> extras(extras_.begin(), extras_.end());
  std::printf("%s: %zu families and series compared; ours alone: %s\n", name_.c_str(),
              passed_.size() + open_.size(), base::Join(extras, " ").c_str());
}

MetricsPage Growth(const MetricsPage& page, const MetricsPage& since) {
  MetricsPage grown = page;
  for (auto& [name, family] : grown.families) {
    const auto base = since.families.find(name);
    if (family.type != "counter" || base == since.families.end()) continue;
    for (auto& [series, value] : family.series) {
      const auto found = base->second.series.find(series);
      if (found != base->second.series.end()) value -= found->second;
    }
  }
  return grown;
}

}  // namespace vedette::test
