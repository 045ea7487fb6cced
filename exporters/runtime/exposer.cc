#include "exporters/runtime/exposer.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "base/strings.h"
#include "exporters/runtime/landing_page.h"
#include "exporters/runtime/page.h"

namespace vedette::exporters {
namespace {

using base::http::Params;
using base::http::Request;
using base::http::Response;

bool Contains(const std::vector<std::string_view>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

Response Exposer::Handle(const Request& request) const {
  if (request.path == options_.metrics_path) {
    return limit_.Guard([&] { return Metrics(request); });
  }
  for (const Page& page : options_.pages) {
    if (request.path == page.path) return page.handler(request);
  }
  if (request.path != "/") return Response::Text(404, "404 page not found\n");
  Response response;
  response.headers.Set("Content-Type", "text/html; charset=UTF-8");
  response.body = LandingPage(options_.title, options_.version, options_.metrics_path);
  return response;
}

Response Exposer::Metrics(const Request& request) const {
  const auto names = Select(request.query);
  if (!names.ok()) return Response::Text(400, base::Message(names.status()));

  const CollectorSet& collectors = *options_.collectors;
  Response response;
  const auto answer = [&](FamilySink* families) {
    for (const prometheus::Collectable* source : options_.always) {
      for (prometheus::MetricFamily& family : source->Collect()) families->Add(std::move(family));
    }
    response = MetricsPage(request, families);
  };
  collectors.Scrape(*names, ScrapeDeadline(request, *options_.clock, collectors.limits()), answer);
  return response;
}

// The collectors to run. Messages and rules are upstream's: an unknown name in exclude[] is
// ignored.
base::StatusOr<std::vector<std::string>> Exposer::Select(const Params& query) const {
  const std::vector<std::string_view> collect = query.GetAll("collect[]");
  const std::vector<std::string_view> exclude = query.GetAll("exclude[]");
  if (!collect.empty() && !exclude.empty()) {
    return base::InvalidArgument("Combined collect and exclude queries are not allowed.");
  }
  for (const std::string_view name : collect) {
    if (options_.collectors->Has(name)) continue;
    const auto& known = options_.known_collectors;
    const bool is_known = std::find(known.begin(), known.end(), name) != known.end();
    return base::InvalidArgument(base::Concat(
        {"Couldn't create filtered metrics handler: couldn't create collector: ",
         is_known ? "disabled collector: " : "missing collector: ", base::RepairUtf8(name)}));
  }
  std::vector<std::string> names = options_.collectors->Names();
  std::erase_if(names, [&](const std::string& name) {
    return collect.empty() ? Contains(exclude, name) : !Contains(collect, name);
  });
  return names;
}

}  // namespace vedette::exporters
