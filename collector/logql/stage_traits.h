#ifndef VEDETTE_COLLECTOR_LOGQL_STAGE_TRAITS_H_
#define VEDETTE_COLLECTOR_LOGQL_STAGE_TRAITS_H_

#include <algorithm>
#include <optional>

#include "collector/logql/log_block.h"
#include "collector/logql/parse/stage_ast.h"
#include "collector/logql/stages/line_labels.h"

// What can be told of a stage as it is written.

namespace vedette::logql {

// The parser whose labels a block's columns may know, of a stage without arguments and flags.
inline std::optional<FieldParser> ParserOfStage(const Stage& stage) {
  if (const auto* json = std::get_if<JsonStage>(&stage)) {
    if (json->extractions.empty()) return FieldParser::kJson;
  }
  if (const auto* logfmt = std::get_if<LogfmtStage>(&stage)) {
    const bool plain = logfmt->extractions.empty() && !logfmt->strict && !logfmt->keep_empty;
    if (plain) return FieldParser::kLogfmt;
  }
  return std::nullopt;
}

// `| drop __error__`: nothing but errors goes.
inline bool DropsErrorsAlone(const Stage& stage) {
  const auto* drop = std::get_if<DropKeepStage>(&stage);
  return drop != nullptr && !drop->keep &&
         std::all_of(drop->items.begin(), drop->items.end(), [](const auto& item) {
           return item.name == kErrorLabel || item.name == kErrorDetailsLabel;
         });
}

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_STAGE_TRAITS_H_
