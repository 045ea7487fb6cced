#include "collector/logscan/column_block.h"

#include <algorithm>
#include <utility>

namespace vedette::logscan {
namespace {

constexpr uint32_t kNotYet = UINT32_MAX;

}  // namespace

ColumnBlock::ColumnBlock(logstore::GranuleScan* granule, const logql::BlockRequest& request,
                         BlockScratch* scratch,
                         std::function<void(const base::Status&)> note_damage)
    : scan_(granule),
      granule_(granule->granule()),
      request_(request),
      scratch_(scratch),
      note_damage_(std::move(note_damage)),
      pieces_(granule->selected()),
      judged_(request.predicates.size(), true) {}

base::Status ColumnBlock::Noted(base::Status status) const {
  if (!status.ok()) note_damage_(status);
  return status;
}

bool ColumnBlock::Prepare() {
  return Noted(Judge()).ok() && !pieces_.empty() && Noted(Order()).ok();
}

base::Status ColumnBlock::ReadField(const logstore::ShapePlaces& piece,
                                    const logql::FieldRef& field, logstore::ValueTable* values) {
  if (field.parser == logql::FieldParser::kLogfmt && !scan_->plain_values()) {
    for (size_t i = 0; i < piece.places.size(); ++i) values->AddRow(logql::kUnknownField);
    return {};
  }
  return scratch_->fields.Read(granule_, piece.shape, piece.places, field, values);
}

base::Status ColumnBlock::Judge() {
  for (size_t i = 0; i < request_.predicates.size(); ++i) {
    bool judged = true;
    for (logstore::ShapePlaces& piece : pieces_) {
      VEDETTE_RETURN_IF_ERROR(JudgePiece(request_.predicates[i], &piece, &judged));
    }
    judged_[i] = judged;
    std::erase_if(pieces_, [](const auto& piece) { return piece.places.empty(); });
  }
  return {};
}

base::Status ColumnBlock::JudgePiece(const logql::FieldPredicate& predicate,
                                     logstore::ShapePlaces* piece, bool* judged) {
  logstore::ValueTable values;
  VEDETTE_RETURN_IF_ERROR(ReadField(*piece, predicate.field, &values));
  std::vector<bool> keeps(values.size());
  for (size_t i = 0; i < keeps.size(); ++i) keeps[i] = predicate.keeps(values.value(i));
  std::vector<bool> clashes;
  VEDETTE_RETURN_IF_ERROR(FindClashes(predicate.field.label, *piece, &clashes));
  std::vector<uint32_t> kept;
  for (size_t i = 0; i < piece->places.size(); ++i) {
    if (!clashes.empty() && clashes[i]) {
      *judged = false;
      kept.push_back(piece->places[i]);
      continue;
    }
    const uint32_t value = values.rows()[i];
    const bool known = value < keeps.size();
    if (known ? !keeps[value] : value == logql::kAbsentField && !predicate.keeps_absent) continue;
    if (!known && value != logql::kAbsentField) *judged = false;
    kept.push_back(piece->places[i]);
  }
  piece->places = std::move(kept);
  return {};
}

base::Status ColumnBlock::FindClashes(const std::string& label, const logstore::ShapePlaces& piece,
                                      std::vector<bool>* clashes) {
  const auto mark = [&](size_t row) {
    clashes->resize(piece.places.size());
    (*clashes)[row] = true;
  };
  if (scratch_->fields.AnyStreamHas(*scan_, label)) {
    VEDETTE_RETURN_IF_ERROR(granule_.LoadStreams(piece.shape));
    for (size_t i = 0; i < piece.places.size(); ++i) {
      const uint32_t stream = granule_.stream_at(piece.shape, piece.places[i]);
      if (scan_->stream(stream)->labels.Has(label)) mark(i);
    }
  }
  if (!granule_.MetadataHas(label)) return {};
  VEDETTE_RETURN_IF_ERROR(granule_.LoadMetadataOf(piece.shape));
  const std::span<const model::Labels> sets = granule_.metadata_sets();
  // Many rows share a set, and most sets are of other rows.
  enum : uint8_t { kNotAsked, kHasNot, kHas };
  std::vector<uint8_t> asked(sets.size(), kNotAsked);
  for (size_t i = 0; i < piece.places.size(); ++i) {
    const size_t set = granule_.metadata_at(piece.shape, piece.places[i]);
    if (asked[set] == kNotAsked) asked[set] = sets[set].Has(label) ? kHas : kHasNot;
    if (asked[set] == kHas) mark(i);
  }
  return {};
}

// In the order of the granule's rows where the request asks for one, else shape by shape.
base::Status ColumnBlock::Order() {
  size_t count = 0;
  for (const auto& piece : pieces_) count += piece.places.size();
  rows_.reserve(count);
  if (request_.order == logql::BlockOrder::kUnordered || pieces_.size() == 1) {
    for (uint32_t piece = 0; piece < pieces_.size(); ++piece) {
      for (uint32_t i = 0; i < pieces_[piece].places.size(); ++i) rows_.push_back({piece, i});
    }
  } else {
    VEDETTE_RETURN_IF_ERROR(granule_.LoadIds());
    std::vector<RowAt> all(granule_.rows(), {kNotYet, 0});
    for (uint32_t piece = 0; piece < pieces_.size(); ++piece) {
      const std::vector<uint32_t>& own = granule_.shape(pieces_[piece].shape).own_rows;
      for (uint32_t i = 0; i < pieces_[piece].places.size(); ++i) {
        all[own[pieces_[piece].places[i]]] = {piece, i};
      }
    }
    for (const RowAt row : all) {
      if (row.piece != kNotYet) rows_.push_back(row);
    }
  }
  if (request_.order == logql::BlockOrder::kBackward) std::reverse(rows_.begin(), rows_.end());
  return {};
}

int64_t ColumnBlock::min_ns() const { return std::max(scan_->meta().min_ns, request_.start_ns); }

int64_t ColumnBlock::max_ns() const { return std::min(scan_->meta().max_ns, request_.end_ns - 1); }

base::Status ColumnBlock::LoadTimes() {
  VEDETTE_RETURN_IF_ERROR(granule_.LoadTimes());
  VEDETTE_RETURN_IF_ERROR(granule_.LoadIds());
  times_.reserve(rows_.size());
  for (const RowAt row : rows_) {
    times_.push_back(granule_.times()[granule_.shape(ShapeOf(row)).own_rows[PlaceOf(row)]]);
  }
  return {};
}

base::StatusOr<std::span<const int64_t>> ColumnBlock::Times() {
  if (times_.empty()) VEDETTE_RETURN_IF_ERROR(Noted(LoadTimes()));
  return std::span<const int64_t>(times_);
}

base::Status ColumnBlock::MakeStreams() {
  for (const auto& piece : pieces_) VEDETTE_RETURN_IF_ERROR(granule_.LoadStreams(piece.shape));
  std::vector<uint32_t> ids(scan_->streams(), kNotYet);
  streams_.rows.reserve(rows_.size());
  for (const RowAt row : rows_) {
    const uint32_t stream = granule_.stream_at(ShapeOf(row), PlaceOf(row));
    uint32_t& id = ids[stream];
    if (id == kNotYet) {
      id = static_cast<uint32_t>(streams_.table.size());
      streams_.table.push_back(&scan_->stream(stream)->labels);
    }
    streams_.rows.push_back(id);
  }
  return {};
}

base::StatusOr<logql::LabelColumn> ColumnBlock::Streams() {
  if (streams_.rows.empty()) VEDETTE_RETURN_IF_ERROR(Noted(MakeStreams()));
  return logql::LabelColumn{streams_.table, streams_.rows};
}

base::Status ColumnBlock::MakeMetadata() {
  for (const auto& piece : pieces_) VEDETTE_RETURN_IF_ERROR(granule_.LoadMetadataOf(piece.shape));
  const std::span<const model::Labels> sets = granule_.metadata_sets();
  std::vector<uint32_t> ids(sets.size(), kNotYet);
  metadata_.rows.reserve(rows_.size());
  for (const RowAt row : rows_) {
    const size_t set = granule_.metadata_at(ShapeOf(row), PlaceOf(row));
    uint32_t& id = ids[set];
    if (id == kNotYet) {
      id = static_cast<uint32_t>(metadata_.table.size());
      metadata_.table.push_back(&sets[set]);
    }
    metadata_.rows.push_back(id);
  }
  return {};
}

base::StatusOr<logql::LabelColumn> ColumnBlock::Metadata() {
  if (metadata_.rows.empty()) VEDETTE_RETURN_IF_ERROR(Noted(MakeMetadata()));
  return logql::LabelColumn{metadata_.table, metadata_.rows};
}

std::vector<size_t> ColumnBlock::Begins() const {
  std::vector<size_t> begins(1, 0);
  for (const auto& piece : pieces_) begins.push_back(begins.back() + piece.places.size());
  return begins;
}

base::Status ColumnBlock::MakeLines() {
  logstore::TextBuffer& text = scratch_->text;
  text.Clear();
  std::vector<size_t> ends;
  ends.reserve(rows_.size() + 1);
  ends.push_back(0);
  for (const auto& piece : pieces_) {
    VEDETTE_RETURN_IF_ERROR(granule_.LoadShapeAlone(piece.shape));
    scratch_->renderer.Render(granule_.shape(piece.shape), piece.places, &text, &ends);
  }
  const std::vector<size_t> begins = Begins();
  lines_.reserve(rows_.size());
  for (const RowAt row : rows_) {
    const size_t line = begins[row.piece] + row.index;
    lines_.push_back(text.view(ends[line], ends[line + 1]));
  }
  return {};
}

base::StatusOr<std::span<const std::string_view>> ColumnBlock::Lines() {
  if (lines_.empty()) VEDETTE_RETURN_IF_ERROR(Noted(MakeLines()));
  return std::span<const std::string_view>(lines_);
}

base::StatusOr<std::string_view> ColumnBlock::Line(size_t row) {
  if (!lines_.empty()) return lines_[row];
  const RowAt at = rows_[row];
  VEDETTE_RETURN_IF_ERROR(Noted(granule_.LoadShapeAlone(ShapeOf(at))));
  line_.clear();
  granule_.AppendLineAt(ShapeOf(at), PlaceOf(at), &line_);
  return std::string_view(line_);
}

base::Status ColumnBlock::MakeValues(const logql::FieldRef& field, Column* column) {
  std::vector<size_t> begins;  // of every piece, in the rows of `values`
  logstore::ValueTable& values = column->values;
  for (const auto& piece : pieces_) {
    begins.push_back(values.rows().size());
    VEDETTE_RETURN_IF_ERROR(ReadField(piece, field, &values));
  }
  bool known = false;
  column->rows.reserve(rows_.size());
  for (const RowAt row : rows_) {
    column->rows.push_back(values.rows()[begins[row.piece] + row.index]);
    known |= column->rows.back() != logql::kUnknownField;
  }
  if (!known) column->rows.clear();
  for (size_t i = 0; i < values.size(); ++i) column->table.push_back(values.value(i));
  return {};
}

base::StatusOr<logql::FieldValues> ColumnBlock::Values(const logql::FieldRef& field) {
  const auto [known, fresh] = columns_.try_emplace(field);
  Column& column = known->second;
  if (fresh) VEDETTE_RETURN_IF_ERROR(Noted(MakeValues(field, &column)));
  return logql::FieldValues{column.table, column.rows};
}

}  // namespace vedette::logscan
