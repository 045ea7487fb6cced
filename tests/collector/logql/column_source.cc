#include "tests/collector/logql/column_source.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <optional>
#include <random>
#include <thread>

#include "collector/logql/parse/parser.h"
#include "collector/logql/pipeline.h"

namespace vedette::logql {
namespace {

// What the real stage makes of a line without labels; nothing where it is in error.
std::optional<std::map<std::string, std::string>> FieldsOf(std::string_view line,
                                                           const char* stage) {
  const auto expr = Parse(std::string("{a=\"b\"} ") + stage);
  auto pipeline = Pipeline::Make(std::get<LogQuery>((*expr)->node));
  const model::Labels none;
  pipeline->Process({0, line, &none, &none});
  if (pipeline->labels().HasError()) return std::nullopt;
  const auto parsed = pipeline->labels().Parsed();
  return std::map<std::string, std::string>(parsed.begin(), parsed.end());
}

using Row = ColumnSource::Row;

class ColumnBlock final : public LogBlock {
 public:
  ColumnBlock(std::vector<const Row*> rows, uint32_t seed) : rows_(std::move(rows)), random_(seed) {
    for (const Row* row : rows_) times_.push_back(row->stored.timestamp_ns);
  }
  size_t rows() const override { return rows_.size(); }
  int64_t min_ns() const override { return *std::min_element(times_.begin(), times_.end()); }
  int64_t max_ns() const override { return *std::max_element(times_.begin(), times_.end()); }
  bool Judged(size_t) const override { return false; }
  base::StatusOr<std::span<const int64_t>> Times() override { return times_; }
  base::StatusOr<LabelColumn> Streams() override { return Collect(&StoredLine::stream, 0); }
  base::StatusOr<LabelColumn> Metadata() override { return Collect(&StoredLine::metadata, 1); }
  bool MetadataMayHave(const std::function<bool(std::string_view)>& passes) const override {
    return std::any_of(rows_.begin(), rows_.end(), [&](const Row* row) {
      for (const model::LabelView& label : row->metadata) {
        if (passes(label.name)) return true;
      }
      return false;
    });
  }
  base::StatusOr<std::span<const std::string_view>> Lines() override {
    lines_.clear();
    for (const Row* row : rows_) lines_.push_back(row->text);
    return lines_;
  }
  base::StatusOr<std::string_view> Line(size_t row) override { return rows_[row]->text; }
  base::StatusOr<FieldValues> Values(const FieldRef& field) override {
    FieldColumn& values = fields_[field];
    if (random_() % 8 == 0) return FieldValues();
    for (const Row* row : rows_) {
      const auto fields = row->fields.find(field.parser);
      if (fields == row->fields.end() || random_() % 16 == 0) {
        values.rows.push_back(kUnknownField);
        continue;
      }
      const auto value = fields->second.find(field.label);
      if (value == fields->second.end()) {
        values.rows.push_back(kAbsentField);
        continue;
      }
      values.rows.push_back(IndexOf(&values.table, value->second));
    }
    return FieldValues{values.table, values.rows};
  }

 private:
  struct FieldColumn {
    std::vector<std::string_view> table;
    std::vector<uint32_t> rows;
  };
  struct Sets {
    std::vector<const model::Labels*> table;
    std::vector<uint32_t> rows;
  };
  template <typename T>
  static uint32_t IndexOf(std::vector<T>* table, const T& value) {
    const auto at = std::find(table->begin(), table->end(), value);
    if (at != table->end()) return static_cast<uint32_t>(at - table->begin());
    table->push_back(value);
    return static_cast<uint32_t>(table->size() - 1);
  }
  static uint32_t IndexOf(std::vector<std::string_view>* table, const std::string& value) {
    return IndexOf<std::string_view>(table, std::string_view(value));
  }
  LabelColumn Collect(const model::Labels* StoredLine::*set, size_t which) {
    Sets& sets = sets_[which];
    for (const Row* row : rows_) sets.rows.push_back(IndexOf(&sets.table, row->stored.*set));
    return {sets.table, sets.rows};
  }

  const std::vector<const Row*> rows_;
  std::mt19937 random_;
  std::vector<int64_t> times_;
  std::vector<std::string_view> lines_;
  Sets sets_[2];
  std::map<FieldRef, FieldColumn> fields_;
};

// Whether a predicate leaves a line out, as log_block.h allows it.
bool Fails(const FieldPredicate& predicate, const Row& row) {
  const std::string& label = predicate.field.label;
  if (row.stored.stream->Has(label) || row.metadata.Has(label)) return false;
  const auto fields = row.fields.find(predicate.field.parser);
  if (fields == row.fields.end()) return false;
  const auto value = fields->second.find(label);
  return value == fields->second.end() ? !predicate.keeps_absent : !predicate.keeps(value->second);
}

bool HasAll(std::string_view line, const RequiredLiterals& required) {
  return std::all_of(required.begin(), required.end(), [line](const auto& any) {
    return std::any_of(any.begin(), any.end(), [line](const std::string& literal) {
      return line.find(literal) != std::string_view::npos;
    });
  });
}

}  // namespace

void ColumnSource::Add(const model::Labels& stream, int64_t timestamp_ns, std::string line,
                       const model::Labels& metadata) {
  const auto known = std::find(streams_.begin(), streams_.end(), stream);
  const model::Labels* owned = known == streams_.end() ? &streams_.emplace_back(stream) : &*known;
  Row& row = rows_.emplace_back();
  row.text = std::move(line);
  row.metadata = metadata;
  row.stored = {timestamp_ns, row.text, owned, &row.metadata};
  if (auto json = FieldsOf(row.text, "| json")) row.fields[FieldParser::kJson] = *std::move(json);
  if (auto pairs = FieldsOf(row.text, "| logfmt")) {
    row.fields[FieldParser::kLogfmt] = *std::move(pairs);
  }
}

std::vector<const Row*> ColumnSource::Selected(const std::vector<model::Matcher>& matchers,
                                               int64_t start_ns, int64_t end_ns,
                                               bool backward) const {
  std::vector<const Row*> selected;
  for (const Row& row : rows_) {
    const int64_t time = row.stored.timestamp_ns;
    const bool in_range = time >= start_ns && time < end_ns;
    if (in_range && model::MatchesAll(matchers, *row.stored.stream)) selected.push_back(&row);
  }
  std::stable_sort(selected.begin(), selected.end(), [](const Row* a, const Row* b) {
    return a->stored.timestamp_ns < b->stored.timestamp_ns;
  });
  if (backward) std::reverse(selected.begin(), selected.end());
  return selected;
}

base::Status ColumnSource::Scan(const ScanRequest& request, const ScanFn& visit) const {
  for (const Row* row : Selected(request.matchers, request.start_ns, request.end_ns,
                                 request.direction == Direction::kBackward)) {
    if (!visit(std::span(&row->stored, 1))) break;
  }
  return {};
}

base::Status ColumnSource::ScanBlocks(const BlockRequest& request, const BlockFn& visit) const {
  std::mt19937 random(seed_);
  std::vector<std::vector<const Row*>> blocks;
  for (const Row* row : Selected(request.matchers, request.start_ns, request.end_ns,
                                 request.order == BlockOrder::kBackward)) {
    const bool out = !HasAll(row->text, request.required) ||
                     std::any_of(request.predicates.begin(), request.predicates.end(),
                                 [row](const auto& predicate) { return Fails(predicate, *row); });
    if (out && random() % 16 != 0) continue;
    if (blocks.empty() || random() % 24 == 0) blocks.emplace_back();
    blocks.back().push_back(row);
  }
  if (request.order != BlockOrder::kUnordered) {
    for (auto& rows : blocks) {
      ColumnBlock block(std::move(rows), static_cast<uint32_t>(random()));
      if (!visit(block, 0)) break;
    }
    return {};
  }
  std::shuffle(blocks.begin(), blocks.end(), random);
  for (auto& rows : blocks) std::shuffle(rows.begin(), rows.end(), random);
  std::atomic<size_t> next{0};
  std::atomic<bool> stopped{false};
  std::vector<std::jthread> threads;
  for (size_t worker = 0; worker < request.workers; ++worker) {
    threads.emplace_back([&, worker] {
      for (size_t i = next++; i < blocks.size() && !stopped; i = next++) {
        ColumnBlock block(blocks[i], static_cast<uint32_t>(seed_ + i));
        if (!visit(block, worker)) stopped = true;
      }
    });
  }
  return {};
}

base::StatusOr<std::optional<std::vector<CountBins>>> ColumnSource::Count(
    const CountRequest& request, const CountGroupFn& group) const {
  std::vector<CountBins> bins;
  const auto bin_of = [&request](int64_t time) {
    if (request.step_ns == 0) return size_t{0};
    return static_cast<size_t>((time - request.origin_ns) / request.step_ns -
                               (request.start_ns - request.origin_ns) / request.step_ns);
  };
  for (const Row* row : Selected(request.matchers, request.start_ns, request.end_ns, false)) {
    for (const model::LabelView& label : row->metadata) {
      const bool asked = std::find(request.labels.begin(), request.labels.end(), label.name) !=
                         request.labels.end();
      if (label.name != "detected_level" && (asked || request.all_labels)) return std::nullopt;
    }
    const auto to = group(*row->stored.stream, row->metadata.Get("detected_level"));
    if (!to) continue;
    if (bins.size() <= *to) bins.resize(*to + 1);
    const size_t bin = bin_of(row->stored.timestamp_ns);
    bins[*to].entries.resize(std::max(bins[*to].entries.size(), bin + 1));
    bins[*to].bytes.resize(bins[*to].entries.size());
    ++bins[*to].entries[bin];
    bins[*to].bytes[bin] += row->text.size();
  }
  ++counted_;
  return bins;
}

}  // namespace vedette::logql
