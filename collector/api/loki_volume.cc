#include <algorithm>
#include <map>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "base/json_writer.h"
#include "base/number_text.h"
#include "base/strings.h"
#include "collector/api/api.h"
#include "collector/api/loki_json.h"
#include "collector/api/loki_params.h"
#include "collector/api/prometheus_reply.h"

// /loki/api/v1/index/volume and volume_range: bytes of lines by what the asker names. Here these
// are the lines' own bytes; Loki counts what its chunks take in memory.

namespace vedette::api {
namespace {

using base::JsonWriter;
using base::StatusOr;
using base::http::Params;
using base::http::Request;
using base::http::Response;

constexpr uint32_t kDefaultVolumes = 100;
constexpr int64_t kMilli = 1'000'000;

struct VolumeAsked {
  LogVolumeQuery query;
  std::vector<std::string> targets;  // labels to tell by; none: those that the selector names
  bool by_labels = false;            // a sum for every label instead of every set of values
  uint32_t limit = kDefaultVolumes;
};

StatusOr<VolumeAsked> ReadVolumeAsked(const Request& request, int64_t now_ns, bool in_steps) {
  const Params params = request.FormParams();
  VolumeAsked asked;
  VEDETTE_ASSIGN_OR_RETURN(const LokiRange range, ReadLokiRange(params, now_ns));
  VEDETTE_ASSIGN_OR_RETURN(const std::string selector, ReadLokiQuery(params));
  VEDETTE_ASSIGN_OR_RETURN(asked.query.matchers, ParseStreamSelector(selector));
  if (range.end_ns <= range.start_ns) return base::InvalidArgument("end must be after start");
  asked.query.start_ns = range.start_ns;
  asked.query.end_ns = range.end_ns;
  if (in_steps) {
    VEDETTE_ASSIGN_OR_RETURN(asked.query.step_ns, ReadLokiStep(params, range));
  }
  asked.query.stop = request.stop;
  VEDETTE_ASSIGN_OR_RETURN(asked.limit, ReadLokiCount(params, "limit", kDefaultVolumes));
  for (const std::string_view name : base::Split(params.Get("targetLabels"), ',')) {
    if (!base::Trim(name).empty()) asked.targets.emplace_back(base::Trim(name));
  }
  const std::string_view by = params.Get("aggregateBy");
  if (!by.empty() && by != "series" && by != "labels") {
    return base::InvalidArgument(base::Concat(
        {"aggregateBy: found ", base::GoQuote(by), "; allowed are series and labels"}));
  }
  asked.by_labels = by == "labels";
  return asked;
}

// Sums of bytes by the labels that they are told by.
class VolumeTable {
 public:
  explicit VolumeTable(const VolumeAsked& asked) : asked_(asked) {
    names_ = asked.targets;
    if (!names_.empty() || asked.by_labels) return;
    for (const model::Matcher& matcher : asked.query.matchers) names_.push_back(matcher.name());
  }

  void Add(const StreamVolume& stream) {
    // A stream without one of the labels that were asked for is not meant.
    for (const std::string& name : asked_.targets) {
      if (!stream.labels.Has(name)) return;
    }
    if (asked_.by_labels) return AddLabels(stream);
    model::LabelsBuilder metric;
    for (const model::LabelView& label : stream.labels) {
      if (names_.empty() || IsNamed(label.name)) metric.Set(label.name, label.value);
    }
    AddTo({Pairs(metric.Build()), stream.bytes});
  }

  // The largest first, `limit` at most.
  std::vector<std::pair<StringPairs, std::vector<uint64_t>>> Take() {
    std::vector<std::pair<StringPairs, std::vector<uint64_t>>> rows(sums_.begin(), sums_.end());
    const auto total = [](const auto& row) {
      return std::accumulate(row.second.begin(), row.second.end(), uint64_t{0});
    };
    std::stable_sort(rows.begin(), rows.end(),
                     [&](const auto& a, const auto& b) { return total(a) > total(b); });
    if (rows.size() > asked_.limit) rows.resize(asked_.limit);
    return rows;
  }

 private:
  using Row = std::pair<StringPairs, std::vector<uint64_t>>;

  static StringPairs Pairs(const model::Labels& labels) {
    StringPairs pairs;
    for (const model::LabelView& label : labels) pairs.emplace_back(label.name, label.value);
    return pairs;
  }
  bool IsNamed(std::string_view name) const {
    return std::find(names_.begin(), names_.end(), name) != names_.end();
  }
  void AddLabels(const StreamVolume& stream) {
    for (const model::LabelView& label : stream.labels) {
      if (names_.empty() || IsNamed(label.name)) {
        AddTo({{{std::string(label.name), ""}}, stream.bytes});
      }
    }
  }
  void AddTo(const Row& row) {
    std::vector<uint64_t>& sum = sums_[row.first];
    sum.resize(std::max(sum.size(), row.second.size()));
    for (size_t i = 0; i < row.second.size(); ++i) sum[i] += row.second[i];
  }

  const VolumeAsked& asked_;
  std::vector<std::string> names_;
  std::map<StringPairs, std::vector<uint64_t>> sums_;
};

// Steps end a millisecond before the next begins, and the last with the range.
int64_t EndOfStep(const LogVolumeQuery& query, size_t index) {
  if (query.step_ns == 0) return query.end_ns;
  const int64_t first = query.start_ns / query.step_ns - (query.start_ns % query.step_ns < 0);
  const int64_t next = (first + static_cast<int64_t>(index) + 1) * query.step_ns;
  return next - kMilli < query.end_ns ? next - kMilli : query.end_ns;
}

void WriteVolume(int64_t timestamp_ns, uint64_t bytes, JsonWriter* json) {
  std::string text = "[";
  base::AppendSeconds(timestamp_ns / kMilli, &text);
  json->Raw(base::Concat({text, ",\"", std::to_string(bytes), "\"]"}));
}

void WriteVolumeRow(const LogVolumeQuery& query, const StringPairs& metric,
                    const std::vector<uint64_t>& bytes, bool is_matrix, JsonWriter* json) {
  json->BeginObject().Key("metric");
  WritePairs(metric, json);
  json->Key(is_matrix ? "values" : "value");
  if (is_matrix) json->BeginArray();
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] > 0) WriteVolume(EndOfStep(query, i), bytes[i], json);
  }
  if (is_matrix) json->EndArray();
  json->EndObject();
}

// As Loki: a vector where no row has more than one value, else a matrix.
Response VolumeReply(const VolumeAsked& asked, const std::vector<StreamVolume>& streams) {
  VolumeTable table(asked);
  for (const StreamVolume& stream : streams) table.Add(stream);
  auto rows = table.Take();
  std::erase_if(rows, [](const auto& row) {
    return std::count(row.second.begin(), row.second.end(), 0u) ==
           static_cast<std::ptrdiff_t>(row.second.size());
  });
  const bool is_matrix = std::any_of(rows.begin(), rows.end(), [](const auto& row) {
    return row.second.size() >
           1 + static_cast<size_t>(std::count(row.second.begin(), row.second.end(), 0u));
  });
  return Success([&](JsonWriter* json) {
    json->BeginObject().Key("resultType").String(is_matrix ? "matrix" : "vector");
    json->Key("result").BeginArray();
    for (const auto& [metric, bytes] : rows) {
      WriteVolumeRow(asked.query, metric, bytes, is_matrix, json);
    }
    json->EndArray();
    WriteLokiStats({}, rows.size(), 0, json);
    json->EndObject();
  });
}

Response VolumeOf(const LokiLabelsDeps& deps, const Request& request, bool in_steps) {
  const StatusOr<VolumeAsked> asked = ReadVolumeAsked(request, deps.clock->WallNanos(), in_steps);
  if (!asked.ok()) return LokiFailure(asked.status());
  const auto streams = deps.logs->Volumes(asked->query);
  if (!streams.ok()) return LokiFailure(streams.status());
  return VolumeReply(*asked, *streams);
}

}  // namespace

void RegisterLokiVolume(base::http::Router* router, const LokiLabelsDeps& deps) {
  const auto add = [&](const std::string& path, bool in_steps) {
    router->HandleGetPost(path, base::http::Pool::kQuery, base::http::Scope::kRead,
                          base::http::Sync([deps, in_steps](const Request& request) {
                            return VolumeOf(deps, request, in_steps);
                          }));
  };
  add("/loki/api/v1/index/volume", false);
  add("/loki/api/v1/index/volume_range", true);
}

}  // namespace vedette::api
