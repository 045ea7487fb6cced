#include "tests/collector/api/api_fixture.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace vedette::test {

using base::http::Request;
using base::http::Response;

Response ApiTest::Call(const Ask& ask) {
  const size_t question = std::min(ask.target.find('?'), ask.target.size());
  const std::string path = ask.target.substr(0, question);
  auto match = router_.Find(ask.method, path);
  if (match.route == nullptr) return Response::Text(match.allowed.empty() ? 404 : 405, "");
  Request request;
  request.method = ask.method;
  request.target = ask.target;
  request.path = path;
  if (question < ask.target.size()) {
    request.query = base::http::Params::Parse(ask.target.substr(question + 1));
  }
  request.headers = ask.headers;
  request.body = ask.body;
  request.path_args = std::move(match.path_args);
  Response answer;
  answer.status = 0;
  match.route->handler(request, [&](Response response) { answer = std::move(response); });
  if (answer.rest) {
    bool more = true;
    while (more) {
      std::string piece;
      more = answer.rest->Next(&piece);
      answer.body += piece;
    }
    answer.rest.reset();
  }
  return answer;
}

Response ApiTest::PostForm(const std::string& path, const std::string& form) {
  Ask ask{"POST", path, {}, form};
  ask.headers.Set("Content-Type", "application/x-www-form-urlencoded");
  return Call(ask);
}

const base::http::Route& ApiTest::RouteOf(const std::string& method, const std::string& path) {
  const auto match = router_.Find(method, path);
  if (match.route == nullptr) throw std::out_of_range(path);
  return *match.route;
}

std::string Target(const std::string& path,
                   const std::vector<std::pair<std::string, std::string>>& params) {
  std::string target = path;
  char separator = '?';
  for (const auto& [name, value] : params) {
    target += separator + base::http::PercentEncode(name) + "=" + base::http::PercentEncode(value);
    separator = '&';
  }
  return target;
}

}  // namespace vedette::test
