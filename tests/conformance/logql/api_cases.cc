#include <boost/json.hpp>
#include <cstdio>
#include <fstream>
#include <string>
#include <utility>

#include "base/strings.h"
#include "tests/conformance/logql/api_differences.h"
#include "tests/conformance/logql/api_under_test.h"
#include "tests/conformance/logql/canonical_json.h"
#include "tests/conformance/logql/cases.h"
#include "tests/support/shared_dir.h"

namespace vedette::logql {
namespace {

namespace json = boost::json;
using base::http::Request;
using base::http::Response;

// A push of one stream and one line.
std::string PushOf(std::string_view stream, int64_t time_ns, const std::string& line) {
  return base::Concat({R"({"streams":[{"stream":)", stream, R"(,"values":[[")",
                       std::to_string(time_ns), R"(",")", line, R"("]]}]})"});
}

Request RequestOf(const json::value& one) {
  Request request;
  request.method = RecordedText(one.at("method"));
  request.path = RecordedText(one.at("path"));
  std::string query;
  if (one.at("params").is_object()) {
    for (const auto& [name, value] : one.at("params").get_object()) {
      query += base::Concat({query.empty() ? "" : "&", base::http::PercentEncode(name), "=",
                             base::http::PercentEncode(RecordedText(value))});
    }
  }
  request.query = base::http::Params::Parse(query);
  request.target = request.path + "?" + query;
  for (const auto& [name, value] : one.at("req_headers").as_object()) {
    request.headers.Set({name.data(), name.size()}, RecordedText(value));
  }
  request.body = RecordedText(one.at("req_body"));
  return request;
}

std::string MediaOf(std::string_view type) {
  return base::ToLowerAscii(base::Trim(type.substr(0, type.find(';'))));
}

std::string TypeProblem(const json::value& one, const Response& response) {
  const std::string type = MediaOf(RecordedText(one.at("content_type")));
  const std::string_view found = response.headers.Get("Content-Type");
  if (MediaOf(found) == type) return "";
  return base::Concat({"Content-Type ", found, ", Loki's is ", type});
}

// A reply as text that compares.
std::string Comparable(std::string_view body, const ApiDifference* but) {
  if (but == nullptr) return CanonicalReply(base::Trim(body));
  json::error_code error;
  json::value value = json::parse({body.data(), body.size()}, error);
  if (error) return std::string(body);
  but->mask(&value);
  return CanonicalReply(json::serialize(value));
}

// What is wrong with our reply, or nothing.
std::string ProblemOf(const json::value& one, const Response& response, const ApiDifference* but) {
  const int recorded = one.at("status").to_number<int>();
  const int status = but != nullptr && but->status != 0 ? but->status : recorded;
  if (response.status != status) {
    return base::Concat({"status ", std::to_string(response.status), ", expected ",
                         std::to_string(status), ": ", response.body.substr(0, 300)});
  }
  if (status != recorded) return "";
  if (std::string problem = TypeProblem(one, response); !problem.empty()) return problem;
  if (but != nullptr && but->mask == nullptr) {
    return response.body.empty() ? "no words where Loki has some" : "";
  }
  const std::string got = Comparable(response.body, but);
  const std::string want = Comparable(RecordedText(one.at("body")), but);
  return got == want ? "" : base::Concat({"\n  found     ", got, "\n  Loki says ", want});
}

std::string NameOf(const json::value& one, const Request& request) {
  const auto* id = one.as_object().if_contains("id");
  return base::Concat({id == nullptr ? "" : RecordedText(*id) + " ", RecordedText(one.at("name")),
                       " ", request.target});
}

}  // namespace

void JudgeApi(const std::string& path, Score* score) {
  const std::string folder = path.substr(0, path.find_last_of('/') + 1);
  const json::value seed = json::parse(test::ReadWholeFile(folder + "api-seed.json"));
  const auto t = seed.at("T").to_number<int64_t>();
  ApiUnderTest api(t + 120'000'000'000);
  api.Push(json::serialize(seed.at("seed_push")));
  // Of streams that no recorded request brings, though replies know them.
  api.Push(PushOf("{}", t, "x"));
  api.Push(PushOf(R"({"a":"c"})", t, "ok"));
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const json::value one = json::parse(line);
    const ApiDifference* const but = DifferenceOf(one);
    Request request = RequestOf(one);
    // What the file tells in words.
    if (request.body == "300000 x then ok") {
      request.body = PushOf(R"({"a":"c"})", t, std::string(300'000, 'x'));
    }
    const std::string name = NameOf(one, request);
    if (but != nullptr) std::printf("%s: differs: %s\n", name.c_str(), but->reason);
    const std::string problem = ProblemOf(one, api.Call(request), but);
    score->Judge(problem.empty(), [&] { return base::Concat({name, ": ", problem}); });
  }
}

}  // namespace vedette::logql
