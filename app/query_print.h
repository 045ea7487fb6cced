#ifndef VEDETTE_APP_QUERY_PRINT_H_
#define VEDETTE_APP_QUERY_PRINT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "app/query_answer.h"

// A query's answer on a terminal and for spreadsheets.

namespace vedette::app {

struct TableStyle {
  bool bold_header = false;
  size_t sparkline_width = 40;
};

// A line a series with a column a label. A series of several points shows them as a sparkline
// between `start_ms` and `end_ms` with its last, least and greatest value.
std::string AnswerTable(const QueryAnswer& answer, int64_t start_ms, int64_t end_ms,
                        const TableStyle& style);

// "timestamp,value,LABEL,..." and a line a point.
std::string AnswerCsv(const QueryAnswer& answer);

// One of eight blocks a column; blank where there is no number. A column shows the last of its
// points.
std::string Sparkline(const std::vector<AnswerPoint>& points, int64_t start_ms, int64_t end_ms,
                      size_t width);

// The line of the expression that "LINE:COLUMN: parse error: ..." is about, and a caret under the
// place; empty where the error names none.
std::string ErrorPlace(std::string_view expr, std::string_view error);

}  // namespace vedette::app

#endif  // VEDETTE_APP_QUERY_PRINT_H_
