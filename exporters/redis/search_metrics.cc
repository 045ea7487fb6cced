#include "exporters/redis/search_metrics.h"

#include <re2/re2.h>

#include <vector>

#include "base/strings.h"

namespace vedette::exporters::redis {
namespace {

constexpr double kMebibyte = 1 << 20;

// A field of FT.INFO and its metric, the first part "search_index_" left out.
struct IndexField {
  std::string_view field;
  std::string_view metric;
  double factor;
};
constexpr IndexField kFields[] = {
    {"num_docs", "num_docs", 1},
    {"max_doc_id", "max_doc_id", 1},
    {"num_terms", "num_terms", 1},
    {"num_records", "num_records", 1},
    {"inverted_sz_mb", "inverted_size_bytes", kMebibyte},
    {"total_inverted_index_blocks", "total_inverted_index_blocks", 1},
    {"vector_index_sz_mb", "vector_index_size_bytes", kMebibyte},
    {"offset_vectors_sz_mb", "offset_vectors_size_bytes", kMebibyte},
    {"doc_table_size_mb", "doc_table_size_bytes", kMebibyte},
    {"sortable_values_size_mb", "sortable_values_size_bytes", kMebibyte},
    {"key_table_size_mb", "key_table_size_bytes", kMebibyte},
    {"tag_overhead_sz_mb", "tag_overhead_size_bytes", kMebibyte},
    {"text_overhead_sz_mb", "text_overhead_size_bytes", kMebibyte},
    {"total_index_memory_sz_mb", "total_index_memory_size_bytes", kMebibyte},
    {"geoshapes_sz_mb", "geoshapes_size_bytes", kMebibyte},
    {"records_per_doc_avg", "avg_per_doc_records", 1},
    {"bytes_per_record_avg", "avg_per_record_bytes", 1},
    {"offsets_per_term_avg", "avg_per_term_offsets", 1},
    {"offset_bits_per_record_avg", "avg_per_record_offset_bits", 1},
    {"indexing", "indexing", 1},
    {"percent_indexed", "percent_indexed", 1},
    {"hash_indexing_failures", "hash_indexing_failures", 1},
    {"cleaning", "cleaning", 1},
};

void AddIndex(const Reply& reply, MetricSet* metrics) {
  const auto map = reply.ToMap();
  const auto name = map.find("index_name");
  if (name == map.end()) return;
  const MetricSet::Labels labels = {{"index_name", name->second->text}};
  // An absent field is 0, as upstream; the averages of an empty index are NaN.
  const auto value = [&map](std::string_view field) {
    const auto found = map.find(field);
    return found == map.end() ? 0 : found->second->Number().value_or(0);
  };
  for (const IndexField& field : kFields) {
    metrics->Gauge(base::Concat({"search_index_", field.metric}), value(field.field) * field.factor,
                   labels);
  }
  metrics->Counter("search_index_number_of_uses_total", value("number_of_uses"), labels);
}

}  // namespace

base::Status AddSearchIndexes(Connection* connection, const re2::RE2& pattern,
                              const Deadline& deadline, MetricSet* metrics) {
  VEDETTE_ASSIGN_OR_RETURN(const Reply names, connection->RunOne({"FT._LIST"}, deadline));
  std::vector<Command> commands;
  for (const Reply& name : names.items) {
    if (name.is_text() && RE2::PartialMatch(name.text, pattern)) {
      commands.push_back({"FT.INFO", name.text});
    }
  }
  if (commands.empty()) return base::Status();
  VEDETTE_ASSIGN_OR_RETURN(const std::vector<Reply> replies, connection->Run(commands, deadline));
  for (const Reply& reply : replies) AddIndex(reply, metrics);
  return base::Status();
}

}  // namespace vedette::exporters::redis
