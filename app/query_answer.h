#ifndef VEDETTE_APP_QUERY_ANSWER_H_
#define VEDETTE_APP_QUERY_ANSWER_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace vedette::app {

// A value at a time, as the server wrote it: "1.5", "NaN", or a native histogram as
// "{count:2, sum:3, (0.5,1]:2}".
struct AnswerPoint {
  int64_t time_ms = 0;
  std::string text;
  double number = 0;  // NaN for what is no number
};

struct AnswerSeries {
  std::map<std::string, std::string> labels;
  std::vector<AnswerPoint> points;  // ascending times
};

// What /api/v1/query and /api/v1/query_range answer. A scalar and a string are one series without
// labels.
struct QueryAnswer {
  std::string body;   // as it came
  std::string error;  // not empty: refused
  std::string result_type;
  std::vector<AnswerSeries> series;
  std::vector<std::string> warnings;
  std::vector<std::string> infos;
};

// InvalidArgument for what is no such answer.
base::StatusOr<QueryAnswer> ParseQueryAnswer(std::string body);

}  // namespace vedette::app

#endif  // VEDETTE_APP_QUERY_ANSWER_H_
