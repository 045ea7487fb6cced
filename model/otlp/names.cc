#include "model/otlp/names.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "base/utf8.h"

namespace vedette::model::otlp {
namespace {

// Units of UCUM and what they are called in names.
constexpr std::pair<std::string_view, std::string_view> kUnits[] = {
    {"d", "days"},
    {"h", "hours"},
    {"min", "minutes"},
    {"s", "seconds"},
    {"ms", "milliseconds"},
    {"us", "microseconds"},
    {"ns", "nanoseconds"},
    {"By", "bytes"},
    {"KiBy", "kibibytes"},
    {"MiBy", "mebibytes"},
    {"GiBy", "gibibytes"},
    {"TiBy", "tibibytes"},
    {"KBy", "kilobytes"},
    {"MBy", "megabytes"},
    {"GBy", "gigabytes"},
    {"TBy", "terabytes"},
    {"m", "meters"},
    {"V", "volts"},
    {"A", "amperes"},
    {"J", "joules"},
    {"W", "watts"},
    {"g", "grams"},
    {"Cel", "celsius"},
    {"Hz", "hertz"},
    {"1", ""},
    {"%", "percent"},
};
// Behind a slash.
constexpr std::pair<std::string_view, std::string_view> kPerUnits[] = {
    {"s", "second"}, {"m", "minute"}, {"h", "hour"}, {"d", "day"},
    {"w", "week"},   {"mo", "month"}, {"y", "year"},
};

template <size_t N>
std::string_view InWords(const std::pair<std::string_view, std::string_view> (&units)[N],
                         std::string_view unit) {
  for (const auto& [symbol, word] : units) {
    if (symbol == unit) return word;
  }
  return unit;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsNameCharacter(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ':';
}

// What a unit adds to a name: By/s -> "bytes" and "per_second". Units in braces are comments.
struct UnitSuffixes {
  std::string main;
  std::string per;
};

UnitSuffixes SuffixesOf(std::string_view unit) {
  const auto is_said = [](std::string_view part) {
    return !part.empty() && part.find_first_of("{}") == part.npos;
  };
  UnitSuffixes suffixes;
  const size_t slash = unit.find('/');
  const std::string_view main = base::Trim(unit.substr(0, slash));
  if (is_said(main)) suffixes.main = std::string(InWords(kUnits, main));
  const std::string_view per =
      slash == unit.npos ? std::string_view() : base::Trim(unit.substr(slash + 1));
  if (is_said(per)) suffixes.per = base::Concat({"per_", InWords(kPerUnits, per)});
  return suffixes;
}

// Other characters become underscores, several one, none in front.
std::string CleanUnit(std::string_view unit) {
  std::string out;
  for (const char c : unit) {
    if (IsNameCharacter(c)) {
      out += c;
    } else if (out.empty() || out.back() != '_') {
      out += '_';
    }
  }
  if (base::StartsWith(out, "_")) out.erase(0, 1);
  return out;
}

// The runs of characters that `is_kept` takes.
template <typename Kept>
std::vector<std::string> TokensOf(std::string_view text, const Kept& is_kept) {
  std::vector<std::string> tokens;
  bool is_within = false;
  for (const char c : text) {
    if (is_kept(c)) {
      if (!is_within) tokens.emplace_back();
      tokens.back() += c;
    }
    is_within = is_kept(c);
  }
  return tokens;
}

bool Contains(const std::vector<std::string>& tokens, std::string_view token) {
  return std::find(tokens.begin(), tokens.end(), token) != tokens.end();
}

void TrimUnderscore(std::string* text) {
  if (base::EndsWith(*text, "_")) text->pop_back();
}

void AddUnit(std::string_view unit, std::vector<std::string>* tokens) {
  const UnitSuffixes raw = SuffixesOf(unit);
  std::string main = CleanUnit(raw.main);
  std::string per = CleanUnit(raw.per);
  if (Contains(*tokens, main)) main.clear();
  if (per == "per_") {
    per.clear();
  } else {
    TrimUnderscore(&per);
    if (Contains(*tokens, per)) per.clear();
  }
  if (!per.empty()) TrimUnderscore(&main);
  if (!main.empty()) tokens->push_back(main);
  if (!per.empty()) tokens->push_back(per);
}

void MoveToEnd(std::string_view token, std::vector<std::string>* tokens) {
  tokens->erase(std::remove(tokens->begin(), tokens->end(), token), tokens->end());
  tokens->emplace_back(token);
}

bool IsCounter(const Metric& metric) {
  return metric.kind == MetricKind::kSum && metric.is_monotonic;
}
// Counters of objects often say unit 1, so gauges alone are taken for ratios.
bool IsRatio(const Metric& metric) {
  return metric.kind == MetricKind::kGauge && metric.unit == "1";
}

std::string WithSuffixes(const Metric& metric) {
  std::vector<std::string> tokens = TokensOf(metric.name, IsNameCharacter);
  AddUnit(metric.unit, &tokens);
  if (IsCounter(metric)) MoveToEnd("total", &tokens);
  if (IsRatio(metric)) MoveToEnd("ratio", &tokens);
  return base::Join(tokens, "_");
}

// Takes "_SUFFIX" off, whatever stands for the underscore.
void TrimSuffix(std::string_view suffix, std::string* name) {
  if (base::EndsWith(*name, suffix) && name->size() > suffix.size() + 1) {
    name->resize(name->size() - suffix.size() - 1);
  }
}

// Characters stay; the suffixes come in the order of unit, per unit, total or ratio, once each.
std::string Utf8WithSuffixes(const Metric& metric) {
  std::string name = metric.name;
  const std::string_view kind = IsRatio(metric) ? "ratio" : IsCounter(metric) ? "total" : "";
  if (!kind.empty()) TrimSuffix(kind, &name);
  const UnitSuffixes unit = SuffixesOf(metric.unit);
  if (!unit.per.empty()) TrimSuffix(unit.per, &name);
  if (!unit.main.empty() && !base::EndsWith(name, unit.main)) name += "_" + unit.main;
  if (!unit.per.empty()) name += "_" + unit.per;
  if (!kind.empty()) name += base::Concat({"_", kind});
  return name;
}

std::string Escaped(const Settings& settings, const Metric& metric) {
  std::string name =
      settings.has_suffixes()
          ? WithSuffixes(metric)
          : base::Join(TokensOf(metric.name, [](char c) { return c == '_' || IsNameCharacter(c); }),
                       "_");
  if (!name.empty() && IsDigit(name[0])) name.insert(0, "_");
  return name;
}

// A name must not be what is left of one that had no letter of its own.
base::Status CheckLeft(std::string_view what, std::string_view name, std::string_view made) {
  const bool is_bare = made.find_first_not_of('_') == made.npos;
  if (!made.empty() && (made == name || !is_bare)) return {};
  return base::InvalidArgument(base::Concat(
      {what, " ", base::GoQuote(name), " becomes ", base::GoQuote(made), ", which is no name"}));
}

// Each character other than a letter, digit or underscore becomes an underscore.
std::string EscapedLabel(std::string_view key, bool preserve_underscores) {
  std::string out;
  while (!key.empty()) {
    const base::Rune rune = base::DecodeRune(key);
    const char c = key.front();
    key.remove_prefix(rune.size);
    const bool is_kept = IsNameCharacter(c) && c != ':';
    const bool repeats = !is_kept && !preserve_underscores && base::EndsWith(out, "_");
    if (!repeats) out += is_kept ? c : '_';
  }
  return out;
}

}  // namespace

base::StatusOr<std::string> MetricName(const Settings& settings, const Metric& metric) {
  std::string name = !settings.keeps_utf8()    ? Escaped(settings, metric)
                     : settings.has_suffixes() ? Utf8WithSuffixes(metric)
                                               : metric.name;
  VEDETTE_RETURN_IF_ERROR(CheckLeft("metric name", metric.name, name));
  return name;
}

base::StatusOr<std::string> LabelName(const Settings& settings, std::string_view key) {
  std::string name =
      settings.keeps_utf8() ? std::string(key) : EscapedLabel(key, settings.preserve_underscores);
  VEDETTE_RETURN_IF_ERROR(CheckLeft("attribute", key, name));
  if (settings.keeps_utf8()) return name;
  const bool is_private = base::StartsWith(name, "_") && !base::StartsWith(name, "__");
  if (IsDigit(name[0])) {
    name.insert(0, "key_");
  } else if (settings.sanitize_underscores && is_private) {
    name.insert(0, "key");
  }
  return name;
}

}  // namespace vedette::model::otlp
