#include "collector/api/loki_body.h"

#include <utility>
#include <variant>

#include "base/json_writer.h"
#include "base/number_text.h"
#include "collector/api/prometheus_reply.h"

namespace vedette::api {
namespace {

bool IsWhole(const std::string& piece) {
  return piece.size() >= base::http::BodySource::kPieceBytes;
}

void AppendLokiPoint(int64_t timestamp_ns, double value, std::string* out) {
  out->push_back('[');
  base::AppendSeconds(timestamp_ns / 1'000'000, out);
  out->append(",\"");
  base::AppendFloatF(value, out);
  out->append("\"]");
}

void AppendMetric(const model::Labels& metric, bool first, std::string* out) {
  out->append(first ? "{\"metric\":" : ",{\"metric\":");
  base::JsonWriter json(out);
  WriteLabels(metric, &json);
}

uint64_t EntriesOf(const logql::Result& result) {
  if (const auto* lines = std::get_if<logql::Lines>(&result.value)) return lines->size();
  if (const auto* vector = std::get_if<logql::Vector>(&result.value)) return vector->size();
  if (const auto* matrix = std::get_if<logql::Matrix>(&result.value)) return matrix->size();
  return 1;
}

uint64_t MemoryOf(const logql::ResultLine& line) {
  uint64_t labels = line.metadata.bytes().size();
  for (const auto& [name, value] : line.parsed)
    labels += 2 * sizeof name + name.size() + value.size();
  // Once more in the labels of its group.
  return sizeof line + line.line.capacity() + 2 * labels;
}

}  // namespace

LokiBody::LokiBody(logql::Result result, LokiEncoding encoding, double exec_seconds,
                   base::MemoryPool::Hold hold)
    : result_(std::move(result)),
      encoding_(std::move(encoding)),
      exec_seconds_(exec_seconds),
      entries_(EntriesOf(result_)),
      hold_(std::move(hold)) {
  if (const auto* lines = std::get_if<logql::Lines>(&result_.value)) {
    groups_ = encoding_.categorize ? logql::GroupByStream(*lines) : logql::GroupFolded(*lines);
  }
}

bool LokiBody::Next(std::string* out) {
  if (!std::exchange(begun_, true)) WriteHead(out);
  bool more = false;
  if (auto* lines = std::get_if<logql::Lines>(&result_.value)) {
    more = WriteStreams(lines, out);
  } else if (std::holds_alternative<logql::Vector>(result_.value)) {
    more = WriteVector(out);
  } else if (std::holds_alternative<logql::Matrix>(result_.value)) {
    more = WriteMatrix(out);
  } else {
    const auto& scalar = std::get<logql::Scalar>(result_.value);
    AppendLokiPoint(scalar.timestamp_ns, scalar.value, out);
  }
  if (!more) WriteTail(out);
  return more;
}

void LokiBody::WriteHead(std::string* out) const {
  base::JsonWriter json(out);
  json.BeginObject().Key("status").String("success").Key("data").BeginObject();
  json.Key("resultType").String(LokiResultType(result_));
  WriteEncodingFlags(encoding_, &json);
  json.Key("result");
  if (!std::holds_alternative<logql::Scalar>(result_.value)) json.BeginArray();
}

void LokiBody::WriteTail(std::string* out) const {
  out->append(std::holds_alternative<logql::Scalar>(result_.value) ? "," : "],");
  AppendLokiStats(result_.stats, entries_, exec_seconds_, out);
  out->append("}}");
}

bool LokiBody::WriteStreams(logql::Lines* lines, std::string* out) {
  for (; next_ < groups_.size(); ++next_) {
    logql::LineGroup& group = groups_[next_];
    if (!std::exchange(in_series_, true)) {
      out->append(next_ == 0 ? "{\"stream\":" : ",{\"stream\":");
      base::JsonWriter json(out);
      WritePairs(group.labels, &json);
      out->append(",\"values\":[");
    }
    for (; point_ < group.lines.size(); ++point_) {
      if (IsWhole(*out)) return true;
      if (point_ > 0) out->push_back(',');
      base::JsonWriter json(out);
      WriteLokiLine(std::exchange((*lines)[group.lines[point_]], {}), encoding_.categorize, &json);
    }
    out->append("]}");
    group = {};
    in_series_ = false;
    point_ = 0;
  }
  return false;
}

bool LokiBody::WriteVector(std::string* out) {
  const auto& samples = std::get<logql::Vector>(result_.value);
  for (; next_ < samples.size(); ++next_) {
    if (IsWhole(*out)) return true;
    AppendMetric(samples[next_].metric, next_ == 0, out);
    out->append(",\"value\":");
    AppendLokiPoint(samples[next_].timestamp_ns, samples[next_].value, out);
    out->push_back('}');
  }
  return false;
}

bool LokiBody::WriteMatrix(std::string* out) {
  auto& matrix = std::get<logql::Matrix>(result_.value);
  for (; next_ < matrix.size(); ++next_) {
    if (IsWhole(*out) || WritePoints(matrix[next_], out)) return true;
    matrix[next_] = {};
  }
  return false;
}

bool LokiBody::WritePoints(const logql::MatrixSeries& series, std::string* out) {
  if (!std::exchange(in_series_, true)) {
    AppendMetric(series.metric, next_ == 0, out);
    out->append(",\"values\":[");
    point_ = 0;
  }
  for (; point_ < series.values.size(); ++point_) {
    if (IsWhole(*out)) return true;
    if (point_ > 0) out->push_back(',');
    AppendLokiPoint(series.timestamps_ns[point_], series.values[point_], out);
  }
  out->append("]}");
  in_series_ = false;
  return false;
}

uint64_t MemoryOf(const logql::Result& result) {
  uint64_t bytes = sizeof result;
  if (const auto* lines = std::get_if<logql::Lines>(&result.value)) {
    for (const auto& line : *lines) bytes += MemoryOf(line);
  } else if (const auto* vector = std::get_if<logql::Vector>(&result.value)) {
    for (const auto& sample : *vector) bytes += sizeof sample + sample.metric.bytes().size();
  } else if (const auto* matrix = std::get_if<logql::Matrix>(&result.value)) {
    for (const auto& series : *matrix) {
      bytes += sizeof series + series.metric.bytes().size();
      bytes += series.values.size() * (sizeof(double) + sizeof(int64_t));
    }
  }
  return bytes;
}

}  // namespace vedette::api
