#include "collector/api/result_body.h"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "base/json_writer.h"
#include "base/number_text.h"
#include "collector/api/sample_json.h"

namespace vedette::api {
namespace {

// Between looks at how long the piece has become.
constexpr size_t kPointsAtOnce = 64;

bool IsFull(const std::string& out) { return out.size() >= base::http::BodySource::kPieceBytes; }

void AppendStats(const ShownStats& stats, std::string* out) {
  const promql::QueryStats& query = stats.query;
  base::JsonWriter json(out);
  json.BeginObject().Key("timings").BeginObject();
  json.Key("evalTotalTime").Double(query.prepare_seconds + query.eval_seconds + query.sort_seconds);
  json.Key("resultSortTime").Double(query.sort_seconds);
  json.Key("queryPreparationTime").Double(query.prepare_seconds);
  json.Key("innerEvalTime").Double(query.eval_seconds);
  json.Key("execQueueTime").Double(stats.queue_seconds);
  json.Key("execTotalTime").Double(stats.total_seconds).EndObject();
  json.Key("samples").BeginObject();
  if (!query.samples_by_step.empty()) {
    json.Key("totalQueryableSamplesPerStep").BeginArray();
    int64_t time = query.start_ms;
    for (const int64_t samples : query.samples_by_step) {
      std::string seconds;
      base::AppendSeconds(time, &seconds);
      json.BeginArray().Raw(seconds).Int(samples).EndArray();
      time += query.step_ms;
    }
    json.EndArray();
  }
  json.Key("totalQueryableSamples").Int(query.total_samples);
  json.Key("peakSamples").Int(query.peak_samples).EndObject().EndObject();
}

void AppendStrings(std::string_view key, const std::vector<std::string>& strings,
                   std::string* out) {
  if (strings.empty()) return;
  out->append(",\"").append(key).append("\":[");
  for (size_t i = 0; i < strings.size(); ++i) {
    if (i > 0) out->push_back(',');
    base::AppendJsonString(strings[i], out);
  }
  out->push_back(']');
}

// About how long the text is, or its first piece.
size_t FirstPieceBytes(const promql::Value& value) {
  constexpr size_t kMost = base::http::BodySource::kPieceBytes * 33 / 32;
  constexpr size_t kPoint = 40;
  const auto labels = [](const model::Labels& l) { return 64 + l.bytes().size() * 3 / 2; };
  size_t bytes = 256;
  for (size_t i = 0; i < value.vector.size() && bytes < kMost; ++i) {
    bytes += labels(value.vector[i].labels) + kPoint;
  }
  for (size_t i = 0; i < value.matrix.size() && bytes < kMost; ++i) {
    bytes += labels(value.matrix[i].labels) + value.matrix[i].points.size() * kPoint;
  }
  return std::min(bytes, kMost);
}

uint64_t MemoryOf(const model::Labels& labels) { return labels.bytes().size(); }

}  // namespace

ResultBody::ResultBody(promql::Result result, std::optional<ShownStats> stats,
                       base::MemoryPool::Hold hold)
    : result_(std::move(result)), stats_(std::move(stats)), hold_(std::move(hold)) {}

bool ResultBody::Next(std::string* out) {
  const promql::Value& value = result_.value;
  // It need not grow, mostly.
  out->reserve(begun_ ? kPieceBytes + kPieceBytes / 32 : FirstPieceBytes(value));
  if (!begun_) {
    begun_ = true;
    out->append("{\"status\":\"success\",\"data\":{\"resultType\":\"");
    out->append(promql::TypeName(value.type)).append("\",\"result\":");
  }
  bool more = false;
  if (value.type == promql::ValueType::kVector) {
    more = WriteVector(out);
  } else if (value.type == promql::ValueType::kMatrix) {
    more = WriteMatrix(out);
  } else {
    WriteSingle(out);
  }
  if (!more) WriteTail(out);
  return more;
}

bool ResultBody::WriteVector(std::string* out) {
  std::vector<promql::VectorSample>& samples = result_.value.vector;
  if (series_ == 0) out->push_back('[');
  for (; series_ < samples.size(); ++series_) {
    if (IsFull(*out)) return true;
    const promql::VectorSample sample = std::move(samples[series_]);
    out->append(series_ == 0 ? "{\"metric\":" : ",{\"metric\":");
    AppendLabels(sample.labels, out);
    if (sample.histogram) {
      out->append(",\"histogram\":");
      AppendHistogramPoint(sample.timestamp_ms, *sample.histogram, out);
    } else {
      out->append(",\"value\":");
      points_.Append({{{sample.timestamp_ms, sample.value}}}, out);
    }
    out->push_back('}');
  }
  out->push_back(']');
  return false;
}

bool ResultBody::WriteMatrix(std::string* out) {
  std::vector<promql::Series>& matrix = result_.value.matrix;
  if (series_ == 0 && !in_series_) out->push_back('[');
  for (; series_ < matrix.size(); ++series_) {
    if (IsFull(*out) || WriteSeries(&matrix[series_], out)) return true;
    matrix[series_] = {};
  }
  out->push_back(']');
  return false;
}

bool ResultBody::WriteSeries(promql::Series* series, std::string* out) {
  if (!in_series_) {
    in_series_ = true;
    point_ = 0;
    out->append(series_ == 0 ? "{\"metric\":" : ",{\"metric\":");
    AppendLabels(series->labels, out);
  }
  const std::span<const model::Sample> floats(series->points);
  while (point_ < floats.size()) {
    if (IsFull(*out)) return true;
    const auto some = floats.subspan(point_, std::min(kPointsAtOnce, floats.size() - point_));
    out->append(point_ == 0 ? ",\"values\":[" : ",");
    points_.Append(some, out);
    point_ += some.size();
  }
  const size_t all = floats.size() + series->histograms.size();
  for (; point_ < all; ++point_) {
    if (IsFull(*out)) return true;
    const bool first = point_ == floats.size();
    out->append(!first ? "," : floats.empty() ? ",\"histograms\":[" : "],\"histograms\":[");
    const model::HistogramSample& point = series->histograms[point_ - floats.size()];
    AppendHistogramPoint(point.time_ms, *point.histogram, out);
  }
  out->append(all > 0 ? "]}" : "}");
  in_series_ = false;
  return false;
}

void ResultBody::WriteSingle(std::string* out) {
  const promql::Value& value = result_.value;
  // Unlike points these have Go's plain numbers: a time without zeros at its end, no exponent.
  out->push_back('[');
  base::AppendSeconds(value.timestamp_ms, out);
  out->push_back(',');
  if (value.type == promql::ValueType::kScalar) {
    out->push_back('"');
    base::AppendFloatF(value.scalar, out);
    out->push_back('"');
  } else {
    base::AppendJsonString(value.string, out);
  }
  out->push_back(']');
}

void ResultBody::WriteTail(std::string* out) const {
  if (stats_) {
    out->append(",\"stats\":");
    AppendStats(*stats_, out);
  }
  out->push_back('}');
  AppendStrings("warnings", result_.warnings, out);
  AppendStrings("infos", result_.infos, out);
  out->push_back('}');
}

uint64_t MemoryOf(const promql::Value& value) {
  uint64_t bytes = sizeof value + value.string.size();
  for (const promql::VectorSample& sample : value.vector) {
    bytes += sizeof sample + MemoryOf(sample.labels);
    if (sample.histogram) bytes += sample.histogram->MemoryBytes();
  }
  for (const promql::Series& series : value.matrix) {
    bytes += sizeof series + MemoryOf(series.labels) + series.points.size() * sizeof(model::Sample);
    for (const model::HistogramSample& point : series.histograms) {
      bytes += sizeof point + point.histogram->MemoryBytes();
    }
  }
  return bytes;
}

}  // namespace vedette::api
