#include "model/source_header.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <vector>

#include "base/strings.h"

namespace vedette::model {
namespace {

base::Status Malformed(std::string_view what) {
  return base::InvalidArgument(base::Concat({kSourceHeader, ": ", what}));
}

bool IsSource(std::string_view source) {
  return !source.empty() && source.size() <= kMaxSourceBytes &&
         std::all_of(source.begin(), source.end(),
                     [](char c) { return c > ' ' && c <= '~' && c != ';'; });
}

struct Run {
  int64_t difference = 0;
  uint64_t count = 1;
};

std::optional<Run> ReadRun(std::string_view text) {
  if (text.find_first_not_of("0123456789-x") != text.npos) return std::nullopt;  // no '+'
  Run run;
  const size_t times = text.find('x');
  if (times != text.npos) {
    const auto count = base::ParseUint(text.substr(times + 1));
    if (!count || *count < 2) return std::nullopt;
    run.count = *count;
    text = text.substr(0, times);
  }
  const auto difference = base::ParseInt(text);
  if (!difference) return std::nullopt;
  run.difference = *difference;
  return run;
}

// Moves `at` on by the run's difference, count times, within first..last.
bool AppendRun(const Run& run, uint64_t first, uint64_t last, uint64_t* at,
               std::vector<uint64_t>* positions) {
  const auto step = static_cast<uint64_t>(run.difference);
  for (uint64_t i = 0; i < run.count; ++i) {
    const uint64_t room = run.difference < 0 ? *at - first : last - *at;
    if ((run.difference < 0 ? 0 - step : step) > room) return false;
    *at += step;
    positions->push_back(*at);
  }
  return true;
}

void AppendRunText(int64_t difference, uint64_t count, std::string* out) {
  if (out->back() != ';') *out += ',';
  *out += std::to_string(difference);
  if (count > 1) *out += "x" + std::to_string(count);
}

}  // namespace

std::string FormatSourceHeader(const SourcePositions& positions) {
  const auto [first, last] =
      std::minmax_element(positions.positions.begin(), positions.positions.end());
  std::string out = base::Concat(
      {positions.source, ";", std::to_string(*first), ";", std::to_string(*last), ";"});
  uint64_t before = *first;
  std::optional<int64_t> difference;
  uint64_t count = 0;
  for (const uint64_t position : positions.positions) {
    const auto next = static_cast<int64_t>(position - before);
    before = position;
    if (difference && *difference == next) {
      ++count;
      continue;
    }
    if (difference) AppendRunText(*difference, count, &out);
    difference = next;
    count = 1;
  }
  AppendRunText(*difference, count, &out);
  return out;
}

base::StatusOr<SourcePositions> ParseSourceHeader(std::string_view value, uint64_t entries) {
  if (value.size() > kMaxSourceHeaderBytes) return Malformed("longer than 6 KiB");
  const std::vector<std::string_view> parts = base::Split(value, ';');
  if (parts.size() != 4) return Malformed("expected SOURCE;FIRST;LAST;DIFFERENCES");
  if (!IsSource(parts[0])) return Malformed("the source is not 1 to 256 printable characters");
  if (value.find('+') > parts[0].size() && value.find('+') != value.npos) {
    return Malformed("numbers carry no '+'");
  }
  const auto first = base::ParseUint(parts[1]);
  const auto last = base::ParseUint(parts[2]);
  if (!first || !last || *first > *last) return Malformed("FIRST and LAST are no range of numbers");
  SourcePositions out{std::string(parts[0]), {}};
  uint64_t at = *first;
  for (const std::string_view item : base::Split(parts[3], ',')) {
    const auto run = ReadRun(item);
    if (!run) return Malformed(base::Concat({"bad difference ", base::GoQuote(item)}));
    if (run->count > entries - out.positions.size()) {
      return Malformed(base::Concat(
          {"more positions than the ", std::to_string(entries), " entries of the request"}));
    }
    if (!AppendRun(*run, *first, *last, &at, &out.positions)) {
      return Malformed("a position lies outside FIRST..LAST");
    }
  }
  if (out.positions.size() != entries) {
    return Malformed(base::Concat({std::to_string(out.positions.size()), " positions for ",
                                   std::to_string(entries), " entries"}));
  }
  return out;
}

}  // namespace vedette::model
