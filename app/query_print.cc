#include "app/query_print.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <set>

#include "base/number_text.h"
#include "base/strings.h"

namespace vedette::app {
namespace {

constexpr std::string_view kName = "__name__";

// Characters, not bytes: bytes that continue one do not count.
size_t Width(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

// All label names, the metric's name first.
std::vector<std::string> LabelNames(const QueryAnswer& answer) {
  std::set<std::string> names;
  for (const AnswerSeries& series : answer.series) {
    for (const auto& [name, value] : series.labels) names.insert(name);
  }
  std::vector<std::string> out;
  if (names.erase(std::string(kName)) > 0) out.emplace_back(kName);
  out.insert(out.end(), names.begin(), names.end());
  return out;
}

const std::string& LabelOf(const AnswerSeries& series, const std::string& name) {
  static const std::string kNone;
  const auto at = series.labels.find(name);
  return at == series.labels.end() ? kNone : at->second;
}

using TableRow = std::vector<std::string>;

std::string Layout(const std::vector<TableRow>& rows, bool bold_header) {
  std::vector<size_t> widths;
  for (const TableRow& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], Width(row[i]));
  }
  std::string out;
  for (size_t r = 0; r < rows.size(); ++r) {
    std::string line;
    for (size_t i = 0; i < rows[r].size(); ++i) {
      line += rows[r][i];
      const bool last = i + 1 == rows[r].size();
      if (!last) line.append(widths[i] - Width(rows[r][i]) + 2, ' ');
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    out += r == 0 && bold_header ? "\033[1m" + line + "\033[0m\n" : line + "\n";
  }
  return out;
}

const AnswerPoint* Extreme(const std::vector<AnswerPoint>& points, bool greatest) {
  const AnswerPoint* found = nullptr;
  for (const AnswerPoint& point : points) {
    if (std::isnan(point.number)) continue;
    const bool beyond = found == nullptr ||
                        (greatest ? point.number > found->number : point.number < found->number);
    if (beyond) found = &point;
  }
  return found;
}

std::string CsvField(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

}  // namespace

std::string Sparkline(const std::vector<AnswerPoint>& points, int64_t start_ms, int64_t end_ms,
                      size_t width) {
  static constexpr auto kBlocks =
      std::to_array<const char*>({"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"});
  const double span = static_cast<double>(std::max<int64_t>(end_ms - start_ms, 1));
  std::vector<std::optional<double>> columns(width);
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const AnswerPoint& point : points) {
    if (!std::isfinite(point.number) || width == 0) continue;
    const double share = static_cast<double>(point.time_ms - start_ms) / span;
    const double column = std::clamp(share, 0.0, 1.0) * static_cast<double>(width - 1);
    columns[static_cast<size_t>(std::lround(column))] = point.number;
    low = std::min(low, point.number);
    high = std::max(high, point.number);
  }
  std::string out;
  for (const std::optional<double>& value : columns) {
    if (!value) {
      out += ' ';
      continue;
    }
    const double share = high > low ? (*value - low) / (high - low) : 0.5;
    const double level = share * static_cast<double>(kBlocks.size() - 1);
    out += kBlocks[static_cast<size_t>(std::lround(level))];
  }
  return out;
}

std::string AnswerTable(const QueryAnswer& answer, int64_t start_ms, int64_t end_ms,
                        const TableStyle& style) {
  if (answer.result_type == "scalar" || answer.result_type == "string") {
    return answer.series.front().points.front().text + "\n";
  }
  if (answer.series.empty()) return "no series\n";
  const bool several = answer.result_type == "matrix";
  const std::vector<std::string> names = LabelNames(answer);
  std::vector<TableRow> rows(1);
  for (const std::string& name : names) rows[0].push_back(name == kName ? "METRIC" : name);
  if (several) {
    rows[0].insert(rows[0].end(), {"VALUES", "LAST", "MIN", "MAX"});
  } else {
    rows[0].push_back("VALUE");
  }
  for (const AnswerSeries& series : answer.series) {
    TableRow row;
    for (const std::string& name : names) row.push_back(LabelOf(series, name));
    const std::string last = series.points.empty() ? "" : series.points.back().text;
    if (several) {
      row.push_back(Sparkline(series.points, start_ms, end_ms, style.sparkline_width));
      row.push_back(last);
      for (const bool greatest : {false, true}) {
        const AnswerPoint* extreme = Extreme(series.points, greatest);
        row.push_back(extreme == nullptr ? "" : extreme->text);
      }
    } else {
      row.push_back(last);
    }
    rows.push_back(std::move(row));
  }
  return Layout(rows, style.bold_header);
}

std::string AnswerCsv(const QueryAnswer& answer) {
  const std::vector<std::string> names = LabelNames(answer);
  std::string out = "timestamp,value";
  for (const std::string& name : names) out += "," + CsvField(name);
  out += "\n";
  for (const AnswerSeries& series : answer.series) {
    for (const AnswerPoint& point : series.points) {
      base::AppendSeconds(point.time_ms, &out);
      out += "," + CsvField(point.text);
      for (const std::string& name : names) out += "," + CsvField(LabelOf(series, name));
      out += "\n";
    }
  }
  return out;
}

std::string ErrorPlace(std::string_view expr, std::string_view error) {
  const size_t mark = error.find(": parse error: ");
  if (mark == std::string_view::npos) return {};
  const std::string_view head = error.substr(0, mark);
  const std::string_view place = head.substr(head.rfind(' ') + 1);  // all of it without a blank
  const size_t colon = place.find(':');
  if (colon == std::string_view::npos) return {};
  const auto line = base::ParseUint(place.substr(0, colon));
  const auto column = base::ParseUint(place.substr(colon + 1));
  const std::vector<std::string_view> lines = base::Split(expr, '\n');
  if (!line || !column || *line < 1 || *line > lines.size()) return {};
  const std::string_view text = lines[*line - 1];
  if (*column < 1 || *column > text.size() + 1) return {};
  std::string under;
  for (const char c : text.substr(0, *column - 1)) {
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) under += c == '\t' ? '\t' : ' ';
  }
  return base::Concat({"  ", text, "\n  ", under, "^\n"});
}

}  // namespace vedette::app
