#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "base/escape.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "collector/logql/template/base64_text.h"
#include "collector/logql/template/json_value.h"
#include "collector/logql/template/letter_case.h"
#include "collector/logql/template/line_template.h"

namespace vedette::logql {
namespace {

using base::InvalidArgument;
using base::StatusOr;
using base::tmpl::Function;
using base::tmpl::Functions;
using base::tmpl::Param;
using base::tmpl::Value;
using TextArgs = std::span<const Value>;

constexpr std::string_view kWhiteSpace = " \t\n\v\f\r\u0085\u00a0";

std::string_view TextAt(TextArgs args, size_t i) { return args[i].as_string(); }

std::vector<uint32_t> RunesOf(std::string_view text) {
  std::vector<uint32_t> runes;
  while (!text.empty()) {
    const base::Rune rune = base::DecodeRune(text);
    runes.push_back(rune.value);
    text.remove_prefix(rune.size);
  }
  return runes;
}

std::string TextOf(std::span<const uint32_t> runes) {
  std::string text;
  for (const uint32_t rune : runes) base::AppendRune(rune, &text);
  return text;
}

// Without the characters of `cutset` at its ends.
std::string_view TrimSet(std::string_view text, std::string_view cutset, bool left, bool right) {
  std::vector<uint32_t> set = RunesOf(cutset);
  std::sort(set.begin(), set.end());
  const auto cut = [&](uint32_t rune) { return std::binary_search(set.begin(), set.end(), rune); };
  while (left && !text.empty()) {
    const base::Rune rune = base::DecodeRune(text);
    if (!cut(rune.value)) break;
    text.remove_prefix(rune.size);
  }
  while (right && !text.empty()) {
    size_t at = text.size() - 1;
    while (at > 0 && (text[at] & 0xC0) == 0x80) --at;
    if (!cut(base::DecodeRune(text.substr(at)).value)) break;
    text = text.substr(0, at);
  }
  return text;
}

std::string_view WithoutPrefix(std::string_view text, std::string_view prefix) {
  return base::StartsWith(text, prefix) ? text.substr(prefix.size()) : text;
}
std::string_view WithoutSuffix(std::string_view text, std::string_view suffix) {
  return base::EndsWith(text, suffix) ? text.substr(0, text.size() - suffix.size()) : text;
}

// string_view::find takes time by both sizes' product for texts that repeat themselves.
size_t FindText(std::string_view text, std::string_view what, size_t from) {
  const void* const at = ::memmem(text.data() + from, text.size() - from, what.data(), what.size());
  if (at == nullptr) return std::string_view::npos;
  return static_cast<size_t>(static_cast<const char*>(at) - text.data());
}

// Replaces the first `most` places, all where it is negative. An empty text stands before every
// character and at the end.
StatusOr<Value> ReplaceText(std::string_view text, std::string_view from, std::string_view to,
                            int64_t most) {
  std::string out;
  size_t at = 0;
  for (int64_t i = 0; i != most; ++i) {
    size_t found = at;
    if (!from.empty()) {
      found = FindText(text, from, at);
      if (found == std::string_view::npos) break;
    } else if (i > 0) {
      if (at == text.size()) break;
      found += base::DecodeRune(text.substr(at)).size;
    }
    out += text.substr(at, found - at);
    out += to;
    if (out.size() > kMaxMadeBytes) return TooMuchMade();
    at = found + from.size();
  }
  out += text.substr(at);
  return Value(out);
}

StatusOr<Value> RepeatText(int64_t count, std::string_view text) {
  if (count < 0) return InvalidArgument("strings: negative Repeat count");
  if (!text.empty() && static_cast<uint64_t>(count) > kMaxMadeBytes / text.size())
    return TooMuchMade();
  std::string out;
  for (int64_t i = 0; i < count && !text.empty(); ++i) out += text;
  return Value(out);
}

StatusOr<Value> IndentText(int64_t spaces, std::string_view text, std::string_view before) {
  VEDETTE_ASSIGN_OR_RETURN(const Value pad, RepeatText(spaces, " "));
  VEDETTE_ASSIGN_OR_RETURN(const Value body,
                           ReplaceText(text, "\n", base::Concat({"\n", pad.as_string()}), -1));
  return Value(base::Concat({before, pad.as_string(), body.as_string()}));
}

base::Status OutOfRange(int64_t begin, int64_t end) {
  return InvalidArgument(base::Concat({"runtime error: slice bounds out of range [",
                                       std::to_string(begin), ":", std::to_string(end), "]"}));
}

// Bytes `start` to `end`; a negative start is the beginning, a negative end the end.
StatusOr<Value> Substring(TextArgs args) {
  const std::string_view text = TextAt(args, 2);
  const auto size = static_cast<int64_t>(text.size());
  const int64_t start = args[0].as_int();
  const int64_t end = args[1].as_int();
  if (start < 0) {
    if (end < 0)
      return InvalidArgument(
          base::Concat({"runtime error: slice bounds out of range [:", std::to_string(end), "]"}));
    if (end > size) {
      return InvalidArgument(
          base::Concat({"runtime error: slice bounds out of range [:", std::to_string(end),
                        "] with length ", std::to_string(size)}));
    }
    return Value(text.substr(0, static_cast<size_t>(end)));
  }
  const int64_t stop = end < 0 || end > size ? size : end;
  if (start > stop) return OutOfRange(start, stop);
  return Value(text.substr(static_cast<size_t>(start), static_cast<size_t>(stop - start)));
}

StatusOr<Value> Truncate(TextArgs args) {
  const std::string_view text = TextAt(args, 1);
  const int64_t count = args[0].as_int();
  const auto size = static_cast<int64_t>(text.size());
  if (count < 0 && size + count > 0) return Value(text.substr(static_cast<size_t>(size + count)));
  if (count >= 0 && size > count) return Value(text.substr(0, static_cast<size_t>(count)));
  return Value(text);
}

// Exactly `count` characters wide: cut, or filled with spaces.
StatusOr<Value> Align(TextArgs args, bool left) {
  const std::string_view text = TextAt(args, 1);
  const std::vector<uint32_t> runes = RunesOf(text);
  const int64_t count = args[0].as_int();
  const auto size = static_cast<int64_t>(runes.size());
  if (count < 0 || count == size) return Value(text);
  if (count > size) {
    VEDETTE_ASSIGN_OR_RETURN(const Value pad, RepeatText(count - size, " "));
    return Value(left ? base::Concat({text, pad.as_string()})
                      : base::Concat({pad.as_string(), text}));
  }
  const auto kept = static_cast<size_t>(count);
  const std::span<const uint32_t> all(runes);
  return Value(TextOf(left ? all.first(kept) : all.last(kept)));
}

StatusOr<Value> UnescapeUrl(TextArgs args) {
  const std::string_view text = TextAt(args, 0);
  const auto hex = [](char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
  };
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i] == '+' ? ' ' : text[i]);
      continue;
    }
    const bool whole = i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0;
    if (!whole) {
      return InvalidArgument(
          base::Concat({"invalid URL escape ", base::GoQuote(text.substr(i, 3))}));
    }
    out.push_back(static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2])));
    i += 2;
  }
  return Value(out);
}

// The first argument unless the second is there and not empty.
StatusOr<Value> DefaultValue(TextArgs args) {
  return args.size() > 1 && args[1].Truthy() ? args[1] : args[0];
}

template <typename F>
Function OnTexts(size_t count, const F& f) {
  return {
      count, count, [f](TextArgs args) -> StatusOr<Value> { return f(args); }, {Param::kString}};
}

template <typename F>
Function OnIntAndText(const F& f) {
  return {2,
          2,
          [f](TextArgs args) -> StatusOr<Value> { return f(args); },
          {Param::kInt, Param::kString}};
}

void AddTrims(Functions* f) {
  (*f)["Trim"] =
      OnTexts(2, [](TextArgs a) { return Value(TrimSet(TextAt(a, 0), TextAt(a, 1), true, true)); });
  (*f)["TrimLeft"] = OnTexts(
      2, [](TextArgs a) { return Value(TrimSet(TextAt(a, 0), TextAt(a, 1), true, false)); });
  (*f)["TrimRight"] = OnTexts(
      2, [](TextArgs a) { return Value(TrimSet(TextAt(a, 0), TextAt(a, 1), false, true)); });
  (*f)["TrimPrefix"] =
      OnTexts(2, [](TextArgs a) { return Value(WithoutPrefix(TextAt(a, 0), TextAt(a, 1))); });
  (*f)["TrimSuffix"] =
      OnTexts(2, [](TextArgs a) { return Value(WithoutSuffix(TextAt(a, 0), TextAt(a, 1))); });
  (*f)["TrimSpace"] =
      OnTexts(1, [](TextArgs a) { return Value(TrimSet(TextAt(a, 0), kWhiteSpace, true, true)); });
  (*f)["trim"] = (*f)["TrimSpace"];
  (*f)["trimAll"] =
      OnTexts(2, [](TextArgs a) { return Value(TrimSet(TextAt(a, 1), TextAt(a, 0), true, true)); });
  (*f)["trimPrefix"] =
      OnTexts(2, [](TextArgs a) { return Value(WithoutPrefix(TextAt(a, 1), TextAt(a, 0))); });
  (*f)["trimSuffix"] =
      OnTexts(2, [](TextArgs a) { return Value(WithoutSuffix(TextAt(a, 1), TextAt(a, 0))); });
}

void AddCases(Functions* f) {
  (*f)["lower"] = OnTexts(1, [](TextArgs a) { return Value(ToLowerCase(TextAt(a, 0))); });
  (*f)["upper"] = OnTexts(1, [](TextArgs a) { return Value(ToUpperCase(TextAt(a, 0))); });
  (*f)["title"] = OnTexts(1, [](TextArgs a) { return Value(ToTitleCase(TextAt(a, 0))); });
  (*f)["ToLower"] = (*f)["lower"];
  (*f)["ToUpper"] = (*f)["upper"];
}

void AddSearches(Functions* f) {
  (*f)["contains"] = OnTexts(2, [](TextArgs a) {
    return Value(FindText(TextAt(a, 1), TextAt(a, 0), 0) != std::string_view::npos);
  });
  (*f)["hasPrefix"] =
      OnTexts(2, [](TextArgs a) { return Value(base::StartsWith(TextAt(a, 1), TextAt(a, 0))); });
  (*f)["hasSuffix"] =
      OnTexts(2, [](TextArgs a) { return Value(base::EndsWith(TextAt(a, 1), TextAt(a, 0))); });
  (*f)["replace"] = OnTexts(
      3, [](TextArgs a) { return ReplaceText(TextAt(a, 2), TextAt(a, 0), TextAt(a, 1), -1); });
  (*f)["Replace"] = {4,
                     4,
                     [](TextArgs a) -> StatusOr<Value> {
                       return ReplaceText(TextAt(a, 0), TextAt(a, 1), TextAt(a, 2), a[3].as_int());
                     },
                     {Param::kString, Param::kString, Param::kString, Param::kInt}};
}

void AddLayout(Functions* f) {
  (*f)["trunc"] = OnIntAndText(Truncate);
  (*f)["substr"] = {3, 3, Substring, {Param::kInt, Param::kInt, Param::kString}};
  (*f)["repeat"] = OnIntAndText([](TextArgs a) { return RepeatText(a[0].as_int(), TextAt(a, 1)); });
  (*f)["indent"] =
      OnIntAndText([](TextArgs a) { return IndentText(a[0].as_int(), TextAt(a, 1), ""); });
  (*f)["nindent"] =
      OnIntAndText([](TextArgs a) { return IndentText(a[0].as_int(), TextAt(a, 1), "\n"); });
  (*f)["alignLeft"] = OnIntAndText([](TextArgs a) { return Align(a, true); });
  (*f)["alignRight"] = OnIntAndText([](TextArgs a) { return Align(a, false); });
}

void AddEncodings(Functions* f) {
  (*f)["b64enc"] = OnTexts(1, [](TextArgs a) { return Value(base::EncodeBase64(TextAt(a, 0))); });
  (*f)["b64dec"] = OnTexts(1, [](TextArgs a) { return Value(DecodeBase64Text(TextAt(a, 0))); });
  (*f)["urlencode"] = OnTexts(1, [](TextArgs a) { return Value(base::EscapeQuery(TextAt(a, 0))); });
  (*f)["urldecode"] = OnTexts(1, UnescapeUrl);
  (*f)["fromJson"] = OnTexts(1, [](TextArgs a) { return JsonToValue(TextAt(a, 0)); });
  (*f)["default"] = {1, 2, DefaultValue};
}

}  // namespace

void AddTextFunctions(Functions* functions) {
  AddTrims(functions);
  AddCases(functions);
  AddSearches(functions);
  AddLayout(functions);
  AddEncodings(functions);
}

}  // namespace vedette::logql
