#include "collector/logql/stages/parser_hints.h"

#include <algorithm>

#include "base/strings.h"

namespace vedette::logql {

ParserHints ParserHints::Only(const std::vector<std::string>& names) {
  ParserHints hints;
  for (const std::string& name : names) {
    hints.names_.push_back(name);
    if (base::EndsWith(name, kClashSuffix)) {
      hints.names_.push_back(name.substr(0, name.size() - kClashSuffix.size()));
    }
  }
  std::sort(hints.names_.begin(), hints.names_.end());
  hints.names_.erase(std::unique(hints.names_.begin(), hints.names_.end()), hints.names_.end());
  return hints;
}

ParserHints ParserHints::Nothing() {
  ParserHints hints;
  hints.nothing_ = true;
  return hints;
}

bool ParserHints::Done(const LineLabels& labels) const {
  if (nothing_) return true;
  return !names_.empty() && std::all_of(names_.begin(), names_.end(),
                                        [&](const auto& name) { return labels.WasParsed(name); });
}

bool ParserHints::Wants(std::string_view name) const {
  return names_.empty() || std::binary_search(names_.begin(), names_.end(), name);
}

bool ParserHints::WantsPrefix(std::string_view prefix) const {
  if (names_.empty()) return true;
  const auto at = std::lower_bound(names_.begin(), names_.end(), prefix);
  return at != names_.end() && base::StartsWith(*at, prefix);
}

void LabelSink::Add(std::string_view name, std::string_view value) {
  if (!labels_->Clashes(name)) {
    if (hints_.Wants(name)) labels_->AddParsed(name, value);
    return;
  }
  const std::string own = base::Concat({name, kClashSuffix});
  if (hints_.Wants(own)) labels_->AddParsed(own, value);
}

}  // namespace vedette::logql
