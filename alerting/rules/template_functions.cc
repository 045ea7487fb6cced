#include "alerting/rules/template_functions.h"

#include <algorithm>
#include <utility>

#include <re2/re2.h>

#include "alerting/rules/humanize.h"
#include "base/escape.h"
#include "base/regex.h"
#include "base/strings.h"

namespace vedette::rules {
namespace {

using base::InvalidArgument;
using base::StatusOr;
using base::tmpl::Function;
using base::tmpl::Functions;
using base::tmpl::Value;
using Args = std::span<const Value>;
using Kind = Value::Kind;

constexpr size_t kMaxArgs = 100;

StatusOr<double> ToDouble(const Value& v) {
  if (v.is(Kind::kDouble)) return v.as_double();
  if (v.is(Kind::kInt)) return static_cast<double>(v.as_int());
  if (v.is(Kind::kString)) {
    if (const auto number = base::ParseDouble(v.as_string())) return *number;
    return InvalidArgument("strconv.ParseFloat: parsing " + base::GoQuote(v.as_string()) +
                           ": invalid syntax");
  }
  return InvalidArgument("can't convert " + std::string(v.TypeName()) + " to float");
}

StatusOr<std::string> ToText(const Value& v) {
  if (v.is(Kind::kString)) return v.as_string();
  return InvalidArgument("wrong type for value; expected string; got " + std::string(v.TypeName()));
}

Function OnNumber(std::string (*f)(double)) {
  return {1, 1, [f](Args args) -> StatusOr<Value> {
            VEDETTE_ASSIGN_OR_RETURN(const double v, ToDouble(args[0]));
            return Value(f(v));
          }};
}

Function OnText(std::string (*f)(std::string_view)) {
  return {1, 1, [f](Args args) -> StatusOr<Value> {
            VEDETTE_ASSIGN_OR_RETURN(const std::string text, ToText(args[0]));
            return Value(f(text));
          }};
}

std::string ToUpper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
  return out;
}

// The first letter of each word in upper case.
std::string Title(std::string_view text) {
  std::string out(text);
  bool start = true;
  for (char& c : out) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9') || c == '_' || c == '\'' ||
                        static_cast<unsigned char>(c) >= 0x80;
    if (start && c >= 'a' && c <= 'z') c = static_cast<char>(c - ('a' - 'A'));
    start = !letter;
  }
  return out;
}

std::string StripPort(std::string_view text) {
  if (!text.empty() && text[0] == '[') {  // [v6]:port
    const size_t end = text.find(']');
    return std::string(end == std::string_view::npos ? text : text.substr(1, end - 1));
  }
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos || text.find(':', colon + 1) != std::string_view::npos) {
    return std::string(text);
  }
  return std::string(text.substr(0, colon));
}

bool IsIpAddress(std::string_view host) {
  return host.find(':') != std::string_view::npos ||
         host.find_first_not_of("0123456789.") == std::string_view::npos;
}

std::string StripDomain(std::string_view text) {
  const std::string host = StripPort(text);
  if (IsIpAddress(host)) return std::string(text);
  const size_t port = text.rfind(':');
  std::string out = host.substr(0, host.find('.'));
  if (port != std::string_view::npos) out += text.substr(port);
  return out;
}

std::string Same(std::string_view text) { return std::string(text); }

// Go's replacement templates ($1, ${name}, $$) written as RE2's (\1).
std::string Rewrite(const re2::RE2& regex, std::string_view replacement) {
  std::string out;
  const auto& names = regex.NamedCapturingGroups();
  const auto is_word = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  for (size_t i = 0; i < replacement.size();) {
    const char c = replacement[i++];
    if (c == '\\') out += "\\\\";
    if (c == '\\') continue;
    if (c != '$' || i >= replacement.size()) {
      out.push_back(c);
      continue;
    }
    if (replacement[i] == '$') {
      out.push_back('$');
      ++i;
      continue;
    }
    const bool braces = replacement[i] == '{';
    size_t begin = i + (braces ? 1 : 0);
    size_t end = begin;
    while (end < replacement.size() && is_word(replacement[end])) ++end;
    if (end == begin || (braces && (end >= replacement.size() || replacement[end] != '}'))) {
      out.push_back('$');
      continue;
    }
    const std::string name(replacement.substr(begin, end - begin));
    i = end + (braces ? 1 : 0);
    int group = -1;
    if (const auto number = base::ParseUint(name); number && *number <= 9) {
      group = static_cast<int>(*number);
    } else if (const auto it = names.find(name); it != names.end() && it->second <= 9) {
      group = it->second;
    }
    if (group >= 0 && group <= regex.NumberOfCapturingGroups()) out += "\\" + std::to_string(group);
  }
  return out;
}

// reReplaceAll PATTERN REPLACEMENT TEXT
StatusOr<Value> ReReplaceAll(Args args) {
  VEDETTE_ASSIGN_OR_RETURN(const std::string pattern, ToText(args[0]));
  VEDETTE_ASSIGN_OR_RETURN(const std::string replacement, ToText(args[1]));
  VEDETTE_ASSIGN_OR_RETURN(std::string text, ToText(args[2]));
  VEDETTE_ASSIGN_OR_RETURN(const auto regex,
                           base::CompileRegex(pattern, {.dot_matches_newline = false}));
  re2::RE2::GlobalReplace(&text, *regex, Rewrite(*regex, replacement));
  return Value(text);
}

StatusOr<Value> Match(Args args) {
  VEDETTE_ASSIGN_OR_RETURN(const std::string pattern, ToText(args[0]));
  VEDETTE_ASSIGN_OR_RETURN(const std::string text, ToText(args[1]));
  VEDETTE_ASSIGN_OR_RETURN(const auto regex,
                           base::CompileRegex(pattern, {.dot_matches_newline = false}));
  return Value(re2::RE2::PartialMatch(text, *regex));
}

Value SampleValue(const VectorSample& sample) {
  Value::Map labels;
  for (const model::LabelView& label : sample.labels) {
    labels.emplace(label.name, Value(label.value));
  }
  Value::Map fields;
  fields.emplace("Labels", Value::FromMap(std::move(labels), Value::Missing::kEmptyString));
  fields.emplace("Value", Value(sample.value));
  return Value::FromMap(std::move(fields), Value::Missing::kError);
}

StatusOr<const Value*> SampleField(const Value& v, std::string_view field) {
  if (v.is(Kind::kMap)) {
    if (const auto it = v.as_map().find(field); it != v.as_map().end()) return &it->second;
  }
  return InvalidArgument("wrong type for value; expected *template.sample; got " +
                         std::string(v.TypeName()));
}

StatusOr<std::string> LabelOf(const Value& sample, const std::string& name) {
  VEDETTE_ASSIGN_OR_RETURN(const Value* const labels, SampleField(sample, "Labels"));
  const auto it = labels->as_map().find(name);
  return it == labels->as_map().end() ? std::string() : it->second.ToText();
}

StatusOr<Value> First(Args args) {
  if (!args[0].is(Kind::kList)) return InvalidArgument("first() called on a non-vector");
  if (args[0].as_list().empty())
    return InvalidArgument("first() called on vector with no elements");
  return args[0].as_list().front();
}

StatusOr<Value> Label(Args args) {
  VEDETTE_ASSIGN_OR_RETURN(const std::string name, ToText(args[0]));
  VEDETTE_ASSIGN_OR_RETURN(const std::string value, LabelOf(args[1], name));
  return Value(value);
}

StatusOr<Value> ValueOf(Args args) {
  VEDETTE_ASSIGN_OR_RETURN(const Value* const value, SampleField(args[0], "Value"));
  return *value;
}

StatusOr<Value> StrValue(Args args) {
  VEDETTE_ASSIGN_OR_RETURN(const std::string value, LabelOf(args[0], "__value__"));
  return Value(value);
}

StatusOr<Value> SortByLabel(Args args) {
  VEDETTE_ASSIGN_OR_RETURN(const std::string name, ToText(args[0]));
  if (!args[1].is(Kind::kList)) return InvalidArgument("sortByLabel() called on a non-vector");
  std::vector<std::pair<std::string, Value>> keyed;
  for (const Value& sample : args[1].as_list()) {
    VEDETTE_ASSIGN_OR_RETURN(std::string key, LabelOf(sample, name));
    keyed.emplace_back(std::move(key), sample);
  }
  std::stable_sort(keyed.begin(), keyed.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  Value::List sorted;
  for (auto& [key, sample] : keyed) sorted.push_back(std::move(sample));
  return Value::FromList(std::move(sorted));
}

StatusOr<Value> ArgsMap(Args args) {
  Value::Map named;
  for (size_t i = 0; i < args.size(); ++i) named.emplace("arg" + std::to_string(i), args[i]);
  return Value::FromMap(std::move(named), Value::Missing::kNull);
}

StatusOr<Value> ParseDurationArg(Args args) {
  VEDETTE_ASSIGN_OR_RETURN(const std::string text, ToText(args[0]));
  const auto ms = base::ParseDurationMs(text);
  if (!ms) return InvalidArgument("not a valid duration string: " + base::GoQuote(text));
  return Value(static_cast<double>(*ms) / 1000);
}

StatusOr<Value> Timestamp(Args args) {
  VEDETTE_ASSIGN_OR_RETURN(const double v, ToDouble(args[0]));
  std::string out;
  if (!HumanizeTimestamp(v, &out)) return InvalidArgument(out);
  return Value(out);
}

std::string GraphLink(std::string_view expr) {
  return "/graph?g0.expr=" + base::EscapeQuery(expr) + "&g0.tab=0";
}
std::string TableLink(std::string_view expr) {
  return "/graph?g0.expr=" + base::EscapeQuery(expr) + "&g0.tab=1";
}

void AddContextFunctions(const std::shared_ptr<TemplateContext>& context, Functions* f) {
  (*f)["query"] = {1, 1, [context](Args args) -> StatusOr<Value> {
                     VEDETTE_ASSIGN_OR_RETURN(const std::string expr, ToText(args[0]));
                     if (!context->query) return InvalidArgument("no query engine here");
                     VEDETTE_ASSIGN_OR_RETURN(const auto samples, context->query(expr));
                     Value::List list;
                     for (const VectorSample& sample : samples) list.push_back(SampleValue(sample));
                     return Value::FromList(std::move(list));
                   }};
  (*f)["externalURL"] = {
      0, 0, [context](Args) -> StatusOr<Value> { return Value(context->external_url); }};
  (*f)["pathPrefix"] = {0, 0, [context](Args) -> StatusOr<Value> {
                          const std::string& url = context->external_url;
                          const size_t host = url.find("://");
                          const size_t path =
                              host == std::string::npos ? host : url.find('/', host + 3);
                          return Value(path == std::string::npos ? "" : url.substr(path));
                        }};
}

}  // namespace

Functions TemplateFunctions(const std::shared_ptr<TemplateContext>& context) {
  Functions f;
  AddContextFunctions(context, &f);
  f["humanize"] = OnNumber(Humanize);
  f["humanize1024"] = OnNumber(Humanize1024);
  f["humanizeDuration"] = OnNumber(HumanizeDuration);
  f["humanizePercentage"] = OnNumber(HumanizePercentage);
  f["humanizeTimestamp"] = {1, 1, Timestamp};
  f["title"] = OnText(Title);
  f["toUpper"] = OnText(ToUpper);
  f["toLower"] = OnText(base::ToLowerAscii);
  f["stripPort"] = OnText(StripPort);
  f["stripDomain"] = OnText(StripDomain);
  f["safeHtml"] = OnText(Same);
  f["graphLink"] = OnText(GraphLink);
  f["tableLink"] = OnText(TableLink);
  f["urlQueryEscape"] = OnText(base::EscapeQuery);
  f["match"] = {2, 2, Match};
  f["reReplaceAll"] = {3, 3, ReReplaceAll};
  f["first"] = {1, 1, First};
  f["label"] = {2, 2, Label};
  f["value"] = {1, 1, ValueOf};
  f["strvalue"] = {1, 1, StrValue};
  f["sortByLabel"] = {2, 2, SortByLabel};
  f["args"] = {0, kMaxArgs, ArgsMap};
  f["parseDuration"] = {1, 1, ParseDurationArg};
  return f;
}

}  // namespace vedette::rules
