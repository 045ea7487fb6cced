#include "base/strings.h"
#include "collector/logql/parse/parser.h"
#include "collector/logql/parse/printer.h"
#include "tests/conformance/logql/cases.h"
#include "tests/conformance/logql/corpus_json.h"

namespace vedette::logql {
namespace {

enum Column : size_t { kExpression, kVerdict, kKind, kCanonical, kError, kClass, kColumns };

std::string FromJson(std::string_view column) {
  return Text(boost::json::parse(boost::json::string_view(column.data(), column.size())));
}

// Whether Loki's form says less than the query: it rounds sizes to two digits, loses the middle of
// a chain of filters with ip() in it, and quotes the name of a label that is none, which nothing
// reads.
bool LosesMeaning(const Expr& expr, const std::string& canonical) {
  const auto theirs = Parse(canonical);
  if (!theirs.ok()) return true;
  const std::string printed = Print(expr);
  const auto has = [&](std::string_view part) { return printed.find(part) != std::string::npos; };
  const bool may = has("size>") || has("size<") || (has("ip(\"") && has(" or "));
  return may && Print(**theirs) != printed;
}

// What is wrong with our reading of a valid expression; empty when nothing is.
std::string WrongWithValid(const base::StatusOr<ExprPtr>& expr, std::string_view kind,
                           const std::string& canonical) {
  if (!expr.ok()) return base::Concat({"refused: ", base::Message(expr.status())});
  if ((*expr)->IsLog() != (kind == "log")) return "of the other kind";
  const std::string printed = Print(**expr);
  if (printed != canonical && !LosesMeaning(**expr, canonical)) {
    return base::Concat({"printed as\n  ", printed, "\n  ", canonical});
  }
  const auto again = Parse(printed);
  if (!again.ok()) return base::Concat({"printed as ", printed, ", which is refused"});
  if (Print(**again) != printed) return base::Concat({"printed as ", printed, ", another one"});
  return {};
}

}  // namespace

void JudgeParser(const std::string& path, Score* score) {
  const std::vector<std::string> rows = RowsOf(path);
  for (size_t i = 1; i < rows.size(); ++i) {
    const std::vector<std::string_view> row = base::Split(rows[i], '\t');
    if (row.size() < kColumns) continue;
    const std::string query = FromJson(row[kExpression]);
    // The bytes that made these invalid were lost when the corpus became JSON.
    if (query.find("\xEF\xBF\xBD") != std::string::npos) continue;
    const auto expr = Parse(query);
    std::string wrong;
    if (row[kVerdict] == "valid") {
      wrong = WrongWithValid(expr, row[kKind], FromJson(row[kCanonical]));
    } else if (expr.ok()) {
      wrong = base::Concat({"accepted: ", FromJson(row[kError])});
    }
    score->Judge(wrong.empty(), [&] {
      return base::Concat({row[kClass], " ", row[kExpression], "\n  ", wrong});
    });
  }
}

}  // namespace vedette::logql
