#include "app/page_client.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/http/url.h"

namespace vedette::app {
namespace {

class PageClient final : public base::http::Client {
 public:
  explicit PageClient(PageAnswer answer) : answer_(std::move(answer)) {}

  base::StatusOr<base::http::Response> Send(const base::http::ClientRequest& asked) override {
    VEDETTE_ASSIGN_OR_RETURN(const base::http::Url url, base::http::ParseUrl(asked.url));
    const size_t question = std::min(url.target.find('?'), url.target.size());
    base::http::Request request;
    request.method = asked.method;
    request.target = url.target;
    request.path = base::http::PercentDecode(url.target.substr(0, question));
    if (question < url.target.size()) {
      request.query = base::http::Params::Parse(url.target.substr(question + 1));
    }
    request.headers = asked.headers;
    request.remote_address = "127.0.0.1:0";
    request.stop = asked.stop;
    base::http::Response response = answer_(url.port, request);
    if (response.body.size() <= asked.max_response_bytes) return response;
    return base::ResourceExhausted("the page is too large");
  }

 private:
  const PageAnswer answer_;
};

}  // namespace

std::unique_ptr<base::http::Client> NewPageClient(PageAnswer answer) {
  return std::make_unique<PageClient>(std::move(answer));
}

}  // namespace vedette::app
