#include "model/regex_template.h"

#include <re2/re2.h>

#include <algorithm>

#include "base/strings.h"

namespace vedette::model {
namespace {

bool IsNameChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Reads the reference behind a '$': its name, and in `rest` what follows it.
bool TakeReference(std::string_view* rest, std::string_view* name) {
  std::string_view text = *rest;
  const bool braces = base::StartsWith(text, "{");
  if (braces) text.remove_prefix(1);
  const auto end = std::find_if_not(text.begin(), text.end(), IsNameChar);
  const auto length = static_cast<size_t>(end - text.begin());
  if (length == 0) return false;
  *name = text.substr(0, length);
  text.remove_prefix(length);
  if (braces) {
    if (!base::StartsWith(text, "}")) return false;
    text.remove_prefix(1);
  }
  *rest = text;
  return true;
}

bool AppendWithin(std::string_view text, size_t max_bytes, std::string* out) {
  if (text.size() > max_bytes - std::min(max_bytes, out->size())) return false;
  *out += text;
  return true;
}

}  // namespace

std::optional<RegexGroups> RegexGroups::Match(const re2::RE2& regex, std::string_view text) {
  const int count = regex.NumberOfCapturingGroups() + 1;
  std::vector<re2::StringPiece> found(static_cast<size_t>(count));
  if (!regex.Match(re2::StringPiece(text.data(), text.size()), 0, text.size(),
                   re2::RE2::ANCHOR_BOTH, found.data(), count)) {
    return std::nullopt;
  }
  RegexGroups groups(regex);
  for (const re2::StringPiece& group : found) {
    groups.groups_.emplace_back(group.data() == nullptr ? "" : group.data(), group.size());
  }
  return groups;
}

// Calls `visit(groups, begin, end)`. An empty match right behind another one is none.
template <typename Visit>
void RegexGroups::EachMatch(const re2::RE2& regex, std::string_view text, const Visit& visit) {
  const int count = regex.NumberOfCapturingGroups() + 1;
  std::vector<re2::StringPiece> found(static_cast<size_t>(count));
  const re2::StringPiece whole(text.data(), text.size());
  size_t last_end = std::string_view::npos;
  for (size_t at = 0; at <= text.size();) {
    if (!regex.Match(whole, at, text.size(), re2::RE2::UNANCHORED, found.data(), count)) return;
    const auto begin = static_cast<size_t>(found[0].data() - whole.data());
    const size_t end = begin + found[0].size();
    if (end > begin || begin != last_end) {
      RegexGroups groups(regex);
      for (const re2::StringPiece& group : found) {
        groups.groups_.emplace_back(group.data() == nullptr ? "" : group.data(), group.size());
      }
      if (!visit(groups, begin, end)) return;
    }
    last_end = at = end;
    if (begin != end) continue;
    do {  // past a whole character
      ++at;
    } while (at < text.size() && (text[at] & 0xC0) == 0x80);
  }
}

std::optional<std::string> RegexGroups::ReplaceAll(const re2::RE2& regex, std::string_view text,
                                                   std::string_view text_template, size_t max_bytes,
                                                   bool literal) {
  std::string out;
  size_t copied = 0;
  bool fits = true;
  EachMatch(regex, text, [&](const RegexGroups& groups, size_t begin, size_t end) {
    out += text.substr(copied, begin - copied);
    copied = end;
    fits = out.size() <= max_bytes &&
           (literal ? AppendWithin(text_template, max_bytes, &out)
                    : groups.AppendExpanded(text_template, max_bytes, &out));
    return fits;
  });
  if (!fits || !AppendWithin(text.substr(copied), max_bytes, &out)) return std::nullopt;
  return out;
}

size_t RegexGroups::Count(const re2::RE2& regex, std::string_view text) {
  size_t count = 0;
  EachMatch(regex, text, [&](const RegexGroups&, size_t, size_t) {
    ++count;
    return true;
  });
  return count;
}

std::string_view RegexGroups::Group(std::string_view name) const {
  if (const auto number = base::ParseUint(name)) {
    return *number < groups_.size() ? groups_[*number] : std::string_view();
  }
  const auto& names = regex_->NamedCapturingGroups();
  const auto at = names.find(std::string(name));
  return at == names.end() ? std::string_view() : groups_[static_cast<size_t>(at->second)];
}

std::optional<std::string> RegexGroups::Expand(std::string_view text_template,
                                               size_t max_bytes) const {
  std::string out;
  if (!AppendExpanded(text_template, max_bytes, &out)) return std::nullopt;
  return out;
}

bool RegexGroups::AppendExpanded(std::string_view text_template, size_t max_bytes,
                                 std::string* out) const {
  std::string_view rest = text_template;
  while (!rest.empty()) {
    const size_t dollar = rest.find('$');
    if (!AppendWithin(rest.substr(0, dollar), max_bytes, out)) return false;
    if (dollar == rest.npos) break;
    rest.remove_prefix(dollar + 1);
    std::string_view name;
    std::string_view value = "$";
    if (base::StartsWith(rest, "$")) {
      rest.remove_prefix(1);
    } else if (TakeReference(&rest, &name)) {
      value = Group(name);
    }
    if (!AppendWithin(value, max_bytes, out)) return false;
  }
  return true;
}

}  // namespace vedette::model
