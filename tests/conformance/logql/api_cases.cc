#include <boost/json.hpp>
#include <cstdio>
#include <fstream>
#include <string>
#include <utility>

#include "base/strings.h"
#include "tests/conformance/logql/api_under_test.h"
#include "tests/conformance/logql/canonical_json.h"
#include "tests/conformance/logql/cases.h"
#include "tests/support/shared_dir.h"

namespace vedette::logql {
namespace {

namespace json = boost::json;
using base::http::Request;
using base::http::Response;

// What of a reply is held against Loki's.
enum class Hold { kAll, kShape, kStatus };

// Answered otherwise on purpose.
struct Difference {
  int64_t id;
  Hold hold;
  const char* reason;
  int status = 0;  // ours; 0: Loki's
};
constexpr char kJsonWords[] = "the words of a JSON reader about what it cannot read";
constexpr char kBytes[] = "bytes are the lines' own, not what chunks take in memory";
constexpr char kServers[] = "paths that nobody knows are the server's to answer";
constexpr char kNoRules[] = "there are no rules of Loki's own: an empty list";
constexpr Difference kDifferences[] = {
    {1, Hold::kStatus, kJsonWords},
    {2, Hold::kStatus, kJsonWords},
    {5, Hold::kStatus, "the words about a label name that is none"},
    {6, Hold::kStatus, kJsonWords},
    {7, Hold::kStatus, "the words about an entry that is too new"},
    {8, Hold::kStatus, "lines are taken up to 1 MiB, not 256 KiB", 204},
    {10, Hold::kStatus, "the words of another snappy"},
    {67, Hold::kShape, "Loki gives scalars a wrong time"},
    {100, Hold::kShape, "Loki does not count what is still in memory"},
    {102, Hold::kShape, kBytes},
    {103, Hold::kShape, kBytes},
    {104, Hold::kShape, kBytes},
    {105, Hold::kShape, kBytes},
    {112, Hold::kStatus, "patterns are mined when asked for, of whatever range"},
    {117, Hold::kStatus, kServers},
    {118, Hold::kStatus, kNoRules, 200},
    {122, Hold::kStatus, kNoRules, 200},
    {124, Hold::kStatus, "of Loki's first API there are pushes and labels", 404},
    {125, Hold::kStatus, kServers},
};

Difference DifferenceOf(int64_t id) {
  for (const Difference& one : kDifferences) {
    if (one.id == id) return one;
  }
  return {id, Hold::kAll, nullptr};
}

std::string TextOf(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  return value.is_null() ? std::string() : json::serialize(value);
}

// A push of one stream and one line.
std::string PushOf(std::string_view stream, int64_t time_ns, const std::string& line) {
  return base::Concat({R"({"streams":[{"stream":)", stream, R"(,"values":[[")",
                       std::to_string(time_ns), R"(",")", line, R"("]]}]})"});
}

Request RequestOf(const json::value& one) {
  Request request;
  request.method = TextOf(one.at("method"));
  request.path = TextOf(one.at("path"));
  std::string query;
  if (one.at("params").is_object()) {
    for (const auto& [name, value] : one.at("params").get_object()) {
      query += base::Concat({query.empty() ? "" : "&", base::http::PercentEncode(name), "=",
                             base::http::PercentEncode(TextOf(value))});
    }
  }
  request.query = base::http::Params::Parse(query);
  request.target = request.path + "?" + query;
  for (const auto& [name, value] : one.at("req_headers").as_object()) {
    request.headers.Set({name.data(), name.size()}, TextOf(value));
  }
  request.body = TextOf(one.at("req_body"));
  return request;
}

std::string MediaOf(std::string_view type) {
  return base::ToLowerAscii(base::Trim(type.substr(0, type.find(';'))));
}

// What is wrong with our reply, or nothing.
std::string ProblemOf(const json::value& one, const Response& response, const Difference& but) {
  const int status = but.status != 0 ? but.status : one.at("status").to_number<int>();
  if (response.status != status) {
    return base::Concat({"status ", std::to_string(response.status), ", expected ",
                         std::to_string(status), ": ", response.body.substr(0, 300)});
  }
  if (but.hold == Hold::kStatus) return "";
  const std::string type = MediaOf(TextOf(one.at("content_type")));
  if (MediaOf(response.headers.Get("Content-Type")) != type) {
    return base::Concat(
        {"Content-Type ", response.headers.Get("Content-Type"), ", Loki's is ", type});
  }
  const auto form = [&but](std::string_view body) {
    return but.hold == Hold::kShape ? ReplyShape(body) : CanonicalReply(base::Trim(body));
  };
  const std::string got = form(response.body);
  const std::string want = form(TextOf(one.at("body")));
  return got == want ? "" : base::Concat({"\n  found     ", got, "\n  Loki says ", want});
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
    const auto* id = one.as_object().if_contains("id");
    const Difference but = DifferenceOf(id == nullptr ? 0 : id->to_number<int64_t>());
    Request request = RequestOf(one);
    // What the file tells in words.
    if (request.body == "300000 x then ok") {
      request.body = PushOf(R"({"a":"c"})", t, std::string(300'000, 'x'));
    }
    const std::string name =
        base::Concat({std::to_string(but.id), " ", TextOf(one.at("name")), " ", request.target});
    if (but.reason != nullptr) std::printf("%s: differs: %s\n", name.c_str(), but.reason);
    const std::string problem = ProblemOf(one, api.Call(request), but);
    score->Judge(problem.empty(), [&] { return base::Concat({name, ": ", problem}); });
  }
}

}  // namespace vedette::logql
