#ifndef VEDETTE_TESTS_CONFORMANCE_LOGQL_CASES_H_
#define VEDETTE_TESTS_CONFORMANCE_LOGQL_CASES_H_

#include <string>

#include "tests/conformance/logql/score.h"

// One function a corpus: what it holds is judged and counted.

namespace vedette::logql {

// parser.tsv: expression, verdict, kind, canonical form, error, class. A valid one must print in
// its canonical form and be read back as the same.
void JudgeParser(const std::string& path, Score* score);

// pipeline.jsonl: a line through a pipeline: kept or not, the line and the labels that come out.
void JudgePipelines(const std::string& path, Score* score);

// eval.jsonl: lines, a metric query, and the series that it comes to.
void JudgeEvaluation(const std::string& path, Score* score);

// levels.jsonl: a line and what Loki's detector says of its level.
void JudgeLevels(const std::string& path, Score* score);

// api.jsonl: requests and Loki's replies in the order asked, over the streams of api-seed.json
// beside it; played over the API, the engine and the store in a temporary folder. What is answered
// otherwise on purpose is told with its reason, and all the rest of the reply held to Loki's.
void JudgeApi(const std::string& path, Score* score);

}  // namespace vedette::logql

#endif  // VEDETTE_TESTS_CONFORMANCE_LOGQL_CASES_H_
