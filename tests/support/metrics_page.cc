#include "tests/support/metrics_page.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/number_text.h"
#include "base/strings.h"
#include "model/exposition/parser.h"

namespace vedette::test {
namespace {

using model::exposition::EntryKind;
using model::exposition::Format;
using model::exposition::Parser;

std::string NumberText(double value) {
  std::string text;
  base::AppendFloatG(value, &text);
  return text;
}

bool IsSame(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

// The family whose series this is: its own name, or without the suffix of a histogram or summary.
MetricsPage::Family* FamilyOf(const std::string& name, MetricsPage* page) {
  for (const std::string_view suffix : {"_bucket", "_sum", "_count"}) {
    if (!base::EndsWith(name, suffix)) continue;
    const auto found = page->families.find(name.substr(0, name.size() - suffix.size()));
    if (found == page->families.end()) continue;
    if (found->second.type == "histogram" || found->second.type == "summary") {
      return &found->second;
    }
  }
  return &page->families[name];
}

// One `name="value"` of a label set, escapes and all; moves `text` past it and the comma.
std::string_view TakeLabel(std::string_view* text) {
  size_t end = text->find('"') + 1;
  while (end < text->size() && (*text)[end] != '"') end += (*text)[end] == '\\' ? 2 : 1;
  const std::string_view label = text->substr(0, end + 1);
  text->remove_prefix(std::min(text->size(), end + 1));
  if (base::StartsWith(*text, ",")) text->remove_prefix(1);
  return label;
}

// The series as written, its labels sorted. Empty values stay: to queries they are as absent ones,
// but a page is to show what upstream's shows.
std::string SeriesKey(std::string_view series) {
  const size_t brace = series.find('{');
  if (brace == std::string_view::npos) return std::string(series);
  std::string_view inside = series.substr(brace + 1, series.rfind('}') - brace - 1);
  std::vector<std::string> labels;
  while (!base::Trim(inside).empty()) labels.emplace_back(TakeLabel(&inside));
  std::sort(labels.begin(), labels.end());
  return base::Concat({series.substr(0, brace), "{", base::Join(labels, ","), "}"});
}

// The names of the labels in such a key, "device,fstype".
std::string LabelNames(std::string_view key) {
  std::vector<std::string> names;
  const size_t brace = key.find('{');
  std::string_view inside = brace == key.npos ? "" : key.substr(brace + 1, key.size() - brace - 2);
  while (!inside.empty()) {
    const std::string_view label = TakeLabel(&inside);
    names.emplace_back(label.substr(0, label.find('=')));
  }
  return base::Join(names, ",");
}

base::Status AddSeries(Parser* parser, MetricsPage* page) {
  model::Labels labels;  // checks that the set is a good one
  VEDETTE_RETURN_IF_ERROR(parser->ReadLabels(&labels));
  MetricsPage::Family* family = FamilyOf(std::string(labels.MetricName()), page);
  const std::string key = SeriesKey(parser->series());
  family->label_sets.insert(LabelNames(key));
  if (!family->series.emplace(key, parser->value()).second) {
    return base::InvalidArgument(base::Concat({parser->series(), ": stands there twice"}));
  }
  return base::Status();
}

base::Status ReadPage(std::string_view text, MetricsPage* page) {
  Parser parser(text, Format::kText);
  for (;;) {
    VEDETTE_ASSIGN_OR_RETURN(const EntryKind kind, parser.Next());
    if (kind == EntryKind::kEnd) return base::Status();
    if (kind == EntryKind::kHelp) page->families[parser.family()].help = parser.text();
    if (kind == EntryKind::kType) page->families[parser.family()].type = parser.text();
    if (kind == EntryKind::kSeries) VEDETTE_RETURN_IF_ERROR(AddSeries(&parser, page));
  }
}

}  // namespace

MetricsPage MetricsPage::Parse(std::string_view text) {
  MetricsPage page;
  page.error = base::Message(ReadPage(text, &page));
  for (auto& [name, family] : page.families) {
    if (family.type.empty()) family.type = "unknown";
  }
  return page;
}

double MetricsPage::Value(const std::string& series) const {
  for (const auto& [name, family] : families) {
    const auto found = family.series.find(series);
    if (found != family.series.end()) return found->second;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

bool MetricsPage::Has(const std::string& series) const {
  for (const auto& [name, family] : families) {
    if (family.series.contains(series)) return true;
  }
  return false;
}

size_t MetricsPage::SeriesCount() const {
  size_t count = 0;
  for (const auto& [name, family] : families) count += family.series.size();
  return count;
}

std::vector<std::string> MissingFrom(const MetricsPage& got, const MetricsPage& want, bool values,
                                     bool (*skip)(const std::string& family)) {
  std::vector<std::string> out;
  for (const auto& [name, family] : want.families) {
    if (skip(name)) continue;
    const auto ours = got.families.find(name);
    if (ours == got.families.end()) {
      out.push_back(name + ": no such family");
      continue;
    }
    if (ours->second.type != family.type) {
      out.push_back(name + ": type " + ours->second.type + ", want " + family.type);
    }
    if (ours->second.help != family.help) out.push_back(name + ": HELP differs");
    for (const auto& [series, value] : family.series) {
      const auto have = ours->second.series.find(series);
      if (have == ours->second.series.end()) {
        out.push_back(series + ": no such series");
      } else if (values && !IsSame(have->second, value)) {
        out.push_back(series + ": " + NumberText(have->second) + ", want " + NumberText(value));
      }
    }
  }
  return out;
}

}  // namespace vedette::test
