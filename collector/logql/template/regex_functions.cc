#include <re2/re2.h>

#include <memory>
#include <string>

#include "base/strings.h"
#include "collector/logql/parse/line_regex.h"
#include "collector/logql/template/line_template.h"
#include "model/regex_template.h"

namespace vedette::logql {
namespace {

using base::StatusOr;
using base::tmpl::Functions;
using base::tmpl::Param;
using base::tmpl::Value;
using RegexArgs = std::span<const Value>;

// Regexes that a template has used, which mostly are literals of it; dropped where there are many.
class RegexCache {
 public:
  StatusOr<std::shared_ptr<const re2::RE2>> Get(const std::string& pattern) {
    if (const auto known = regexes_.find(pattern); known != regexes_.end()) return known->second;
    VEDETTE_ASSIGN_OR_RETURN(auto regex, CompileLineRegex(pattern));
    if (regexes_.size() >= kMost) regexes_.clear();
    return regexes_[pattern] = std::move(regex);
  }

 private:
  static constexpr size_t kMost = 32;
  base::StringMap<std::shared_ptr<const re2::RE2>> regexes_;
};

StatusOr<Value> ReplaceRegex(RegexCache* cache, RegexArgs args, bool literal) {
  VEDETTE_ASSIGN_OR_RETURN(const auto regex, cache->Get(args[0].as_string()));
  auto made = model::RegexGroups::ReplaceAll(*regex, args[1].as_string(), args[2].as_string(),
                                             kMaxMadeBytes, literal);
  if (!made) return TooMuchMade();
  return Value(*std::move(made));
}

}  // namespace

void AddRegexFunctions(Functions* functions) {
  const auto cache = std::make_shared<RegexCache>();
  (*functions)["regexReplaceAll"] = {
      3,
      3,
      [cache](RegexArgs args) { return ReplaceRegex(cache.get(), args, false); },
      {Param::kString}};
  (*functions)["regexReplaceAllLiteral"] = {
      3,
      3,
      [cache](RegexArgs args) { return ReplaceRegex(cache.get(), args, true); },
      {Param::kString}};
  (*functions)["count"] = {
      2,
      2,
      [cache](RegexArgs args) -> StatusOr<Value> {
        VEDETTE_ASSIGN_OR_RETURN(const auto regex, cache->Get(args[0].as_string()));
        const size_t count = model::RegexGroups::Count(*regex, args[1].as_string());
        return Value(static_cast<int64_t>(count));
      },
      {Param::kString}};
}

}  // namespace vedette::logql
