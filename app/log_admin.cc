#include "app/log_admin.h"

#include <memory>
#include <utility>
#include <variant>

#include "collector/logql/parse/parser.h"
#include "collector/logql/pipeline.h"

namespace vedette::app {
namespace {

// One reader's run of a query's stages, with the query that they borrow.
struct StagesRun {
  std::shared_ptr<const logql::Expr> expr;
  logql::Pipeline pipeline;
};

}  // namespace

base::StatusOr<logstore::DeleteFilter> ParseLogDelete(std::string_view query) {
  VEDETTE_ASSIGN_OR_RETURN(logql::ExprPtr parsed, logql::Parse(query));
  const std::shared_ptr<const logql::Expr> expr = std::move(parsed);
  const auto* const log = std::get_if<logql::LogQuery>(&expr->node);
  if (log == nullptr) return base::InvalidArgument("not a log query");
  // Some mistakes show only when stages are made.
  VEDETTE_RETURN_IF_ERROR(logql::Pipeline::Make(*log).status());
  logstore::DeleteFilter filter;
  filter.matchers = log->matchers;
  if (log->stages.empty()) return filter;
  filter.make_test = [expr, log]() -> logstore::RowTest {
    auto made = logql::Pipeline::Make(*log);
    VEDETTE_CHECK(made.ok());  // it was made before
    const auto run = std::make_shared<StagesRun>(StagesRun{expr, *std::move(made)});
    return [run](const logstore::Row& row) {
      return run->pipeline.Process({row.timestamp_ns, row.line, &row.stream->labels, row.metadata});
    };
  };
  return filter;
}

std::vector<api::LogDelete> LogAdminJoin::Deletes() const {
  std::vector<api::LogDelete> deletes;
  for (logstore::DeleteRequest& request : store_->Deletes()) {
    deletes.push_back({std::move(request.id), std::move(request.query), request.start_ns,
                       request.end_ns, request.created_ms, request.processed});
  }
  return deletes;
}

}  // namespace vedette::app
