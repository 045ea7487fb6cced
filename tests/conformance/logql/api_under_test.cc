#include "tests/conformance/logql/api_under_test.h"

#include <future>
#include <stdexcept>
#include <string>
#include <utility>

#include "collector/api/api.h"
#include "collector/api/log_admin.h"

namespace vedette::logql {

using base::http::Request;
using base::http::Response;

ApiUnderTest::ApiUnderTest(int64_t now_ns) : clock_(now_ns), fs_(base::NewPosixFileSystem()) {
  logstore::Options options;
  options.dir = folder_.Join("logs");
  options.background = false;
  options.fs = fs_.get();
  options.clock = &clock_;
  options.logger = &logger_;
  auto store = logstore::Store::Open(options);
  if (!store.ok()) throw std::runtime_error(std::string(base::Message(store.status())));
  store_ = *std::move(store);
  source_ = std::make_unique<app::LogStoreSource>(store_.get());
  engine_ = std::make_unique<Engine>(source_.get(), &clock_);
  view_ = std::make_unique<app::LogsJoin>(store_.get());
  hub_ = std::make_unique<api::TailHub>(store_.get(), &clock_);
  Register();
}

void ApiUnderTest::Register() {
  const api::LokiPushDeps push{hub_.get(), 64 << 20, nullptr, "unknown", &clock_};
  api::RegisterLokiPush(&router_, push);
  api::RegisterOtlpLogs(&router_, push);
  api::LokiQueryDeps query;
  query.engine = engine_.get();
  query.clock = &clock_;
  api::RegisterLokiQuery(&router_, query);
  api::RegisterLokiTail(&router_, {hub_.get(), query});
  const api::LokiLabelsDeps labels{view_.get(), &clock_};
  api::RegisterLokiLabels(&router_, labels);
  api::RegisterLokiVolume(&router_, labels);
  api::RegisterLokiDetectedLabels(&router_, labels);
  api::RegisterLokiDetectedFields(&router_, query);
  api::RegisterLokiPatterns(&router_, {source_.get(), &clock_});
  api::RegisterLokiInfo(&router_, {5000, 0, "3.7.6"});
  api::RegisterLokiRules(&router_, nullptr);
  api::RegisterLokiRuleFiles(&router_, nullptr);
  api::RegisterLokiDelete(&router_, nullptr, &clock_);
  api::RegisterHealth(&router_, {[] { return true; }});
}

Response ApiUnderTest::Call(const Request& asked) {
  auto match = router_.Find(asked.method, asked.path);
  if (match.route == nullptr) {
    return match.allowed.empty() ? base::http::NoSuchPath(asked.path) : Response::Text(405, "");
  }
  Request request = asked;
  request.path_args = std::move(match.path_args);
  auto answer = std::make_shared<std::promise<Response>>();
  match.route->handler(request,
                       [answer](Response response) { answer->set_value(std::move(response)); });
  Response response = answer->get_future().get();
  while (response.rest) {
    if (!response.rest->Next(&response.body)) response.rest.reset();
  }
  return response;
}

void ApiUnderTest::Push(const std::string& json) {
  Request push;
  push.method = "POST";
  push.path = "/loki/api/v1/push";
  push.headers.Set("Content-Type", "application/json");
  push.body = json;
  const Response response = Call(push);
  if (response.status != 204) throw std::runtime_error("push not taken: " + response.body);
}

}  // namespace vedette::logql
