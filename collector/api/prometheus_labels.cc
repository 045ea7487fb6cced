#include <algorithm>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include "base/strings.h"
#include "collector/api/api.h"
#include "collector/api/list_body.h"
#include "collector/api/list_meter.h"
#include "collector/api/prometheus_params.h"
#include "collector/api/prometheus_reply.h"
#include "collector/api/sample_json.h"

namespace vedette::api {
namespace {

using base::StatusOr;
using base::http::Params;
using base::http::Pool;
using base::http::Request;
using base::http::Response;
using base::http::Scope;

// What all three endpoints take: time, limit and one filter for each match[].
struct LabelQuery {
  std::vector<SeriesFilter> filters;  // at least one
  size_t limit = 0;
};

// /series names the parameter that is wrong, the others do not.
enum class Naming { kBare, kNamed };
base::Status Worded(const base::Status& status, Naming named) {
  return named == Naming::kNamed ? WrongParam("match[]", base::Message(status)) : status;
}

StatusOr<LabelQuery> ReadLabelQuery(const Request& request, Naming named = Naming::kBare) {
  const Params params = request.FormParams();
  LabelQuery query;
  VEDETTE_ASSIGN_OR_RETURN(query.limit, LimitParam(params));
  SeriesFilter filter;
  VEDETTE_ASSIGN_OR_RETURN(filter.min_ms, TimeParam(params, "start", INT64_MIN));
  VEDETTE_ASSIGN_OR_RETURN(filter.max_ms, TimeParam(params, "end", INT64_MAX));
  // One more than asked for tells whether the answer was cut.
  filter.limit = query.limit == 0 ? 0 : query.limit + 1;
  auto matched = MatchParams(params);
  if (!matched.ok()) return Worded(matched.status(), named);
  std::vector<std::vector<model::Matcher>> selectors = *std::move(matched);
  if (selectors.empty()) query.filters.push_back(filter);
  for (auto& selector : selectors) {
    query.filters.push_back(filter);
    query.filters.back().matchers = std::move(selector);
  }
  return query;
}

// Joins the last two answers, both sorted.
template <typename T>
void JoinLastTwo(std::vector<std::vector<T>>* answers) {
  std::vector<T> last = std::move(answers->back());
  answers->pop_back();
  std::vector<T> before = std::exchange(answers->back(), {});
  std::set_union(std::make_move_iterator(before.begin()), std::make_move_iterator(before.end()),
                 std::make_move_iterator(last.begin()), std::make_move_iterator(last.end()),
                 std::back_inserter(answers->back()));
}

// Asks once a filter and joins the answers, which are sorted. Those of about one length are joined
// as they come: filters often name the same series, and who waits may go in between.
template <typename T, typename Ask>
StatusOr<std::vector<T>> Union(const std::vector<SeriesFilter>& filters, const Ask& ask) {
  std::vector<std::vector<T>> answers(1);
  for (const SeriesFilter& filter : filters) {
    VEDETTE_ASSIGN_OR_RETURN(std::vector<T> some, ask(filter));
    answers.push_back(std::move(some));
    while (answers.size() > 1 && answers.end()[-2].size() <= 2 * answers.back().size()) {
      JoinLastTwo(&answers);
    }
  }
  while (answers.size() > 1) JoinLastTwo(&answers);
  return std::move(answers.front());
}

template <typename T>
std::vector<std::string> Truncate(size_t limit, std::vector<T>* values) {
  if (limit == 0 || values->size() <= limit) return {};
  values->resize(limit);
  return {std::string(kTruncatedWarning)};
}

// The handlers over one store.
class LabelsApi {
 public:
  explicit LabelsApi(LabelsDeps deps) : deps_(std::move(deps)) {}

  Response Names(const Request& request) const {
    return Strings(request, "the list of label names", [this](const SeriesFilter& filter) {
      return deps_.metrics->LabelNames(filter);
    });
  }

  Response Values(const Request& request) const {
    const std::string name = UnescapeLabelName(request.path_args.at(0));
    if (!base::IsValidUtf8(name)) {
      return BadData(base::Concat({"invalid label name: ", base::GoQuote(name)}));
    }
    return Strings(request, "the list of label values", [&](const SeriesFilter& filter) {
      return deps_.metrics->LabelValues(name, filter);
    });
  }

  Response Series(const Request& request) const {
    if (!request.FormParams().Has("match[]")) return BadData("no match[] parameter provided");
    StatusOr<LabelQuery> query = ReadLabelQuery(request, Naming::kNamed);
    if (!query.ok()) return BadData(base::Message(query.status()));
    ListMeter meter(request, deps_.clock, deps_.memory, "the list of series");
    auto series = Union<model::Labels>(Noted(&meter, &*query), [this](const SeriesFilter& filter) {
      return deps_.metrics->Series(filter);
    });
    if (!series.ok()) return StorageFailure(series.status());
    std::vector<std::string> warnings = Truncate(query->limit, &*series);
    return Streamed(std::make_shared<ListBody<model::Labels>>(*std::move(series), AppendLabels,
                                                              std::move(warnings), meter.Take()));
  }

 private:
  static const std::vector<SeriesFilter>& Noted(ListMeter* meter, LabelQuery* query) {
    for (SeriesFilter& filter : query->filters) filter.note = meter->Noter();
    return query->filters;
  }

  template <typename Ask>
  Response Strings(const Request& request, std::string_view who, const Ask& ask) const {
    StatusOr<LabelQuery> query = ReadLabelQuery(request);
    if (!query.ok()) return BadData(base::Message(query.status()));
    ListMeter meter(request, deps_.clock, deps_.memory, who);
    auto values = Union<std::string>(Noted(&meter, &*query), ask);
    if (!values.ok()) return StorageFailure(values.status());
    std::vector<std::string> warnings = Truncate(query->limit, &*values);
    return SuccessStrings(*std::move(values), std::move(warnings), meter.Take());
  }

  const LabelsDeps deps_;
};

}  // namespace

void RegisterPrometheusLabels(base::http::Router* router, const LabelsDeps& deps) {
  const auto api = std::make_shared<const LabelsApi>(deps);
  const auto bind = [&api](Response (LabelsApi::*handle)(const Request&) const) {
    return base::http::Sync(
        [api, handle](const Request& request) { return ((*api).*handle)(request); });
  };
  router->HandleGetPost("/api/v1/labels", Pool::kQuery, Scope::kRead, bind(&LabelsApi::Names));
  router->HandleGetPost("/api/v1/series", Pool::kQuery, Scope::kRead, bind(&LabelsApi::Series));
  router->Handle(
      {"GET", "/api/v1/label/{name}/values", Pool::kQuery, Scope::kRead, bind(&LabelsApi::Values)});
}

}  // namespace vedette::api
