#include "collector/api/push_route.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/strings.h"

namespace vedette::api {
namespace {

// Requests that were refused, by status.
class Refusals {
 public:
  // `requests`: the name of the counter of all of them.
  Refusals(base::Telemetry* telemetry, std::string_view requests) {
    if (telemetry == nullptr) return;
    constexpr std::string_view kTotal = "_total";
    if (base::EndsWith(requests, kTotal)) requests.remove_suffix(kTotal.size());
    for (size_t i = 0; i < kCodes.size(); ++i) {
      counters_[i] =
          telemetry->NewCounter(base::Concat({requests, "_refused_total"}),
                                "Requests that were refused.", {{"code", kCodeNames[i]}});
    }
  }
  void Note(int status) const {
    if (status < 400 || counters_.front() == nullptr) return;
    const auto at = std::find(kCodes.begin(), kCodes.end(), status);
    counters_[at == kCodes.end() ? kCodes.size() - 1 : static_cast<size_t>(at - kCodes.begin())]
        ->Add();
  }

 private:
  // The last one stands for all that are not named.
  static constexpr std::array<int, 6> kCodes = {400, 404, 413, 415, 503, 0};
  static constexpr std::array<const char*, 6> kCodeNames = {"400", "404", "413",
                                                            "415", "503", "other"};
  std::array<base::Counter*, kCodes.size()> counters_{};
};

}  // namespace

void AddPushRoute(base::http::Router* router, const std::string& path, base::Telemetry* telemetry,
                  const PushCounter& counter, base::http::Handler handler, bool put_too) {
  base::Counter* const requests =
      telemetry == nullptr ? nullptr : telemetry->NewCounter(counter.name, counter.help);
  base::http::Route route{
      "POST", path, base::http::Pool::kIngest, base::http::Scope::kPush,
      [requests, refusals = Refusals(telemetry, counter.name), handler = std::move(handler)](
          const base::http::Request& request, const base::http::Responder& respond) {
        if (requests != nullptr) requests->Add();
        handler(request, [refusals, respond](base::http::Response response) {
          refusals.Note(response.status);
          respond(std::move(response));
        });
      }};
  if (put_too) {
    base::http::Route put = route;
    put.method = "PUT";
    router->Handle(std::move(put));
  }
  router->Handle(std::move(route));
}

}  // namespace vedette::api
