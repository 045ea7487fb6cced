#ifndef VEDETTE_TESTS_COLLECTOR_API_FAKE_SERIES_H_
#define VEDETTE_TESTS_COLLECTOR_API_FAKE_SERIES_H_

#include <utility>
#include <vector>

#include "base/status.h"
#include "collector/promql/storage.h"
#include "model/matcher.h"
#include "model/sample.h"

namespace vedette::test {

// Gives the series that it was given and keeps what it was asked.
class FakeSeries final : public promql::Queryable {
 public:
  base::Status Select(const promql::SelectRequest& request, const Visit& visit) const override {
    asked_ = request;
    if (!error_.ok()) return error_;
    for (model::SeriesSamples series : series_) {
      if (!model::MatchesAll(request.matchers, series.labels)) continue;
      VEDETTE_RETURN_IF_ERROR(visit(std::move(series)));
    }
    return {};
  }
  std::vector<model::SeriesSamples> series_;
  base::Status error_;
  mutable promql::SelectRequest asked_;
};

}  // namespace vedette::test

#endif  // VEDETTE_TESTS_COLLECTOR_API_FAKE_SERIES_H_
