#include "exporters/postgres/custom_queries.h"

#include <cmath>
#include <limits>
#include <optional>

#include "base/config/yaml.h"
#include "base/strings.h"
#include "exporters/postgres/value_text.h"

namespace vedette::exporters::postgres {
namespace {

using base::Concat;
using base::config::MapReader;
using base::config::Node;
using base::config::Problems;

constexpr std::pair<std::string_view, ColumnUsage> kUsages[] = {
    {"DISCARD", ColumnUsage::kDiscard},     {"LABEL", ColumnUsage::kLabel},
    {"GAUGE", ColumnUsage::kGauge},         {"COUNTER", ColumnUsage::kCounter},
    {"HISTOGRAM", ColumnUsage::kHistogram}, {"MAPPEDMETRIC", ColumnUsage::kMapped},
    {"DURATION", ColumnUsage::kDuration},
};

bool IsMetricName(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  for (const char c : name) {
    const bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '_' || c == ':';
    if (!ok) return false;
  }
  return true;
}

void ReadUsage(MapReader* map, CustomColumn* column) {
  std::string text;
  if (!map->String("usage", &text)) {
    map->Require("usage");
    return;
  }
  for (const auto& [name, usage] : kUsages) {
    if (name != text) continue;
    column->usage = usage;
    return;
  }
  map->problems()->Add(map->node(), map->field() + ".usage",
                       Concat({"found ", base::GoQuote(text),
                               "; allowed are DISCARD, LABEL, GAUGE, COUNTER, HISTOGRAM, "
                               "MAPPEDMETRIC, DURATION"}));
}

void ReadColumn(const std::string& name, const Node& node, const std::string& field,
                Problems* problems, CustomQuery* query) {
  CustomColumn column;
  column.name = name;
  MapReader map(node, field, problems);
  ReadUsage(&map, &column);
  map.String("description", &column.help);
  std::vector<std::pair<std::string, std::string>> mapping;
  map.StringMap("metric_mapping", &mapping);
  for (const auto& [text, number] : mapping) {
    const auto value = base::ParseDouble(number);
    if (value) {
      column.mapping.emplace_back(text, *value);
    } else {
      problems->Add(node, field + ".metric_mapping",
                    Concat({"found ", base::GoQuote(number), " for ", base::GoQuote(text),
                            "; allowed are numbers"}));
    }
  }
  map.Finish();
  query->columns.push_back(std::move(column));
}

// metrics: a list of maps, each of one column.
void ReadMetrics(const Node& node, const std::string& field, Problems* problems,
                 CustomQuery* query) {
  if (node.kind != Node::Kind::kMap) {
    problems->Add(node, field, "expected COLUMN: {usage: ..., description: ...}");
    return;
  }
  for (const auto& [name, child] : node.entries) {
    ReadColumn(name, child, Concat({field, ".", name}), problems, query);
  }
}

void ReadQuery(const std::string& name, const Node& node, Problems* problems,
               std::vector<CustomQuery>* queries) {
  CustomQuery query;
  query.name = name;
  if (!IsMetricName(name)) problems->Add(node, name, "is no metric name");
  MapReader map(node, name, problems);
  map.String("query", &query.sql);
  map.Require("query");
  map.Bool("master", &query.primary_only);
  map.Int("cache_seconds", 0, 86'400, &query.cache_seconds);
  std::string range;
  if (map.String("runonserver", &range)) {
    auto servers = VersionRange::Parse(range);
    if (servers.ok()) {
      query.servers = *std::move(servers);
    } else {
      problems->Add(node, name + ".runonserver", base::Message(servers.status()));
    }
  }
  map.Each("metrics", [&](const Node& child, const std::string& field) {
    ReadMetrics(child, field, problems, &query);
  });
  map.Finish();
  queries->push_back(std::move(query));
}

// Writes the rows of one result.
class Writer {
 public:
  Writer(const Result& result, const CustomQuery& query, const Naming& naming, FamilySink* sink)
      : result_(result), query_(query), naming_(naming), sink_(sink) {
    for (int column = 0; column < result.columns(); ++column) {
      const CustomColumn* const known = query.Find(result.ColumnName(column));
      if (known != nullptr && known->usage == ColumnUsage::kLabel) labels_.push_back(column);
    }
  }

  void Write() {
    for (int column = 0; column < result_.columns(); ++column) {
      const std::string_view name = result_.ColumnName(column);
      const CustomColumn* const known = query_.Find(name);
      if (known == nullptr) {
        if (!IsPartOfHistogram(name)) WriteNumbers(column, nullptr);
      } else if (known->usage == ColumnUsage::kHistogram) {
        WriteHistogram(column, *known);
      } else if (known->usage != ColumnUsage::kLabel && known->usage != ColumnUsage::kDiscard) {
        WriteNumbers(column, known);
      }
    }
  }

 private:
  std::string FamilyName(std::string_view column) const {
    return naming_.Name(Concat({query_.name, "_", column}));
  }

  // X_bucket, X_sum and X_count belong to the histogram X.
  bool IsPartOfHistogram(std::string_view name) const {
    for (const CustomColumn& column : query_.columns) {
      if (column.usage != ColumnUsage::kHistogram) continue;
      for (const char* const suffix : {"_bucket", "_sum", "_count"}) {
        if (name == Concat({column.name, suffix})) return true;
      }
    }
    return false;
  }

  std::optional<int> ColumnNamed(std::string_view name) const {
    for (int column = 0; column < result_.columns(); ++column) {
      if (result_.ColumnName(column) == name) return column;
    }
    return std::nullopt;
  }

  FamilyRef Open(int column, const CustomColumn* known) {
    const std::string_view name = result_.ColumnName(column);
    if (known == nullptr) {
      return sink_->Untyped(FamilyName(name), Concat({"Unknown metric from ", query_.name}));
    }
    if (known->usage == ColumnUsage::kCounter) return sink_->Counter(FamilyName(name), known->help);
    const bool is_duration = known->usage == ColumnUsage::kDuration;
    return sink_->Gauge(FamilyName(name) + (is_duration ? "_milliseconds" : ""), known->help);
  }

  void WriteNumbers(int column, const CustomColumn* known) {
    FamilyRef family = Open(column, known);
    for (int row = 0; row < result_.rows(); ++row) {
      const std::optional<double> value = Number(row, column, known);
      if (value) naming_.Add(family, *value, Labels(row));
    }
  }

  std::optional<double> Number(int row, int column, const CustomColumn* known) const {
    if (result_.IsNull(row, column)) return std::numeric_limits<double>::quiet_NaN();
    const std::string_view text = result_.Text(row, column);
    if (known != nullptr && known->usage == ColumnUsage::kDuration) {
      return ParseDurationMillis(text);
    }
    if (known != nullptr && known->usage == ColumnUsage::kMapped) {
      for (const auto& [from, to] : known->mapping) {
        if (from == text) return to;
      }
      return std::nullopt;
    }
    return ParseValue(text, result_.ColumnType(column));
  }

  void WriteHistogram(int column, const CustomColumn& known) {
    const auto buckets = ColumnNamed(known.name + "_bucket");
    const auto sum = ColumnNamed(known.name + "_sum");
    const auto count = ColumnNamed(known.name + "_count");
    if (!buckets || !sum || !count) return;
    prometheus::MetricFamily family;
    family.name = FamilyName(known.name);
    family.help = known.help;
    family.type = prometheus::MetricType::Histogram;
    for (int row = 0; row < result_.rows(); ++row) {
      const std::vector<double> bounds = ParseArray(result_.Text(row, column));
      const std::vector<double> counts = ParseArray(result_.Text(row, *buckets));
      prometheus::ClientMetric& series = family.metric.emplace_back();
      series.label = naming_.Labels(Labels(row));
      series.histogram.sample_sum = Number(row, *sum, nullptr).value_or(0);
      series.histogram.sample_count = Count(Number(row, *count, nullptr).value_or(0));
      for (size_t i = 0; i < bounds.size() && i < counts.size(); ++i) {
        series.histogram.bucket.push_back({Count(counts[i]), bounds[i]});
      }
    }
    sink_->Add(std::move(family));
  }

  static uint64_t Count(double value) {
    return value > 0 && value < 1e18 ? static_cast<uint64_t>(value) : 0;
  }

  // The labels of one row; the texts live until the next call.
  std::span<const LabelRef> Labels(int row) {
    texts_.clear();
    refs_.clear();
    for (const int column : labels_) {
      texts_.push_back(LabelText(result_.Text(row, column), result_.ColumnType(column)));
    }
    for (size_t i = 0; i < labels_.size(); ++i) {
      refs_.push_back({result_.ColumnName(labels_[i]), texts_[i]});
    }
    return refs_;
  }

  const Result& result_;
  const CustomQuery& query_;
  const Naming& naming_;
  FamilySink* const sink_;
  std::vector<int> labels_;
  std::vector<std::string> texts_;
  std::vector<LabelRef> refs_;
};

}  // namespace

const CustomColumn* CustomQuery::Find(std::string_view column) const {
  for (const CustomColumn& one : columns) {
    if (one.name == column) return &one;
  }
  return nullptr;
}

base::StatusOr<std::vector<CustomQuery>> ParseCustomQueries(std::string_view text,
                                                            const std::string& file) {
  VEDETTE_ASSIGN_OR_RETURN(const Node root, base::config::ParseYaml(text, file));
  Problems problems(file);
  std::vector<CustomQuery> queries;
  if (root.kind == Node::Kind::kMap) {
    for (const auto& [name, node] : root.entries) ReadQuery(name, node, &problems, &queries);
  } else if (root.kind != Node::Kind::kNull) {
    problems.Add(root, "queries", "expected NAME: {query: ..., metrics: ...}");
  }
  VEDETTE_RETURN_IF_ERROR(problems.ToStatus());
  return queries;
}

void WriteCustomRows(const Result& result, const CustomQuery& query, const Naming& naming,
                     FamilySink* sink) {
  Writer(result, query, naming, sink).Write();
}

}  // namespace vedette::exporters::postgres
