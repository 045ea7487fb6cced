#include "collector/api/loki_legacy.h"

#include <utility>

#include "base/json_writer.h"
#include "collector/api/loki_json.h"
#include "collector/api/time_text.h"
#include "model/labels.h"

namespace vedette::api {

LokiLegacyBody::LokiLegacyBody(logql::Lines lines, const logql::QueryStats& stats,
                               double exec_seconds, base::MemoryPool::Hold hold)
    : lines_(std::move(lines)),
      groups_(logql::GroupFolded(lines_)),
      stats_(stats),
      exec_seconds_(exec_seconds),
      entries_(lines_.size()),
      hold_(std::move(hold)) {}

bool LokiLegacyBody::Next(std::string* out) {
  if (next_ == 0 && !in_stream_) out->append("{\"streams\":[");
  for (; next_ < groups_.size(); ++next_) {
    logql::LineGroup& group = groups_[next_];
    if (!std::exchange(in_stream_, true)) {
      out->append(next_ == 0 ? "{\"labels\":" : ",{\"labels\":");
      base::AppendJsonString(model::Labels::FromPairs(std::move(group.labels)).ToString(), out);
      out->append(",\"entries\":[");
    }
    if (!WriteEntries(group, out)) return true;
    out->append("]}");
    in_stream_ = false;
    entry_ = 0;
  }
  WriteEnd(out);
  return false;
}

bool LokiLegacyBody::WriteEntries(const logql::LineGroup& group, std::string* out) {
  for (; entry_ < group.lines.size(); ++entry_) {
    if (out->size() >= kPieceBytes) return false;
    if (entry_ > 0) out->push_back(',');
    const logql::ResultLine line = std::exchange(lines_[group.lines[entry_]], {});
    base::JsonWriter json(out);
    json.BeginObject().Key("ts").String(FormatRfc3339Nanos(line.timestamp_ns));
    json.Key("line").String(line.line).EndObject();
  }
  return true;
}

void LokiLegacyBody::WriteEnd(std::string* out) const {
  out->append("],");
  AppendLokiStats(stats_, entries_, exec_seconds_, out);
  out->push_back('}');
}

}  // namespace vedette::api
