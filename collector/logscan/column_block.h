#ifndef VEDETTE_COLLECTOR_LOGSCAN_COLUMN_BLOCK_H_
#define VEDETTE_COLLECTOR_LOGSCAN_COLUMN_BLOCK_H_

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "collector/logql/storage.h"
#include "collector/logscan/field_reader.h"
#include "collector/logstore/columns/line_renderer.h"
#include "collector/logstore/granule_scan.h"

namespace vedette::logscan {

// What one worker of a scan keeps from block to block.
struct BlockScratch {
  FieldReader fields;
  logstore::LineRenderer renderer;
  logstore::TextBuffer text;  // of the lines of the block that is being visited
};

// The rows that a scan selects of one granule, as LogQL wants to see them. Borrows all. One thread.
class ColumnBlock final : public logql::LogBlock {
 public:
  // `note_damage` is told of what cannot be read.
  ColumnBlock(logstore::GranuleScan* granule, const logql::BlockRequest& request,
              BlockScratch* scratch, std::function<void(const base::Status&)> note_damage);

  // Leaves out the rows that fail a predicate, and puts the others in the order of the request.
  // False: none is left, or they cannot be read.
  bool Prepare();

  size_t rows() const override { return rows_.size(); }
  int64_t min_ns() const override;
  int64_t max_ns() const override;
  bool Judged(size_t predicate) const override { return judged_[predicate]; }
  base::StatusOr<std::span<const int64_t>> Times() override;
  base::StatusOr<logql::LabelColumn> Streams() override;
  base::StatusOr<logql::LabelColumn> Metadata() override;
  bool MetadataMayHave(const std::function<bool(std::string_view name)>& passes) const override {
    return granule_.AnyMetadataName(passes);
  }
  base::StatusOr<std::span<const std::string_view>> Lines() override;
  base::StatusOr<std::string_view> Line(size_t row) override;
  base::StatusOr<logql::FieldValues> Values(const logql::FieldRef& field) override;

 private:
  struct RowAt {
    uint32_t piece = 0;  // of pieces_
    uint32_t index = 0;  // of its places
  };
  struct Sets {
    std::vector<const model::Labels*> table;
    std::vector<uint32_t> rows;
  };
  struct Column {
    std::vector<std::string_view> table;
    std::vector<uint32_t> rows;
    logstore::ValueTable values;
  };

  base::Status ReadField(const logstore::ShapePlaces& piece, const logql::FieldRef& field,
                         logstore::ValueTable* values);
  base::Status Judge();
  base::Status JudgePiece(const logql::FieldPredicate& predicate, logstore::ShapePlaces* piece,
                          bool* judged);
  // Which of the piece's rows have a label of that name in their stream or metadata: none of a
  // filter's business are their fields. Empty: none has.
  base::Status FindClashes(const std::string& label, const logstore::ShapePlaces& piece,
                           std::vector<bool>* clashes);
  base::Status Order();
  base::Status LoadTimes();
  base::Status MakeStreams();
  base::Status MakeMetadata();
  base::Status MakeLines();
  base::Status MakeValues(const logql::FieldRef& field, Column* column);
  // Where every piece begins among the rows of all pieces in their order; and how many there are.
  std::vector<size_t> Begins() const;
  uint32_t PlaceOf(RowAt row) const { return pieces_[row.piece].places[row.index]; }
  size_t ShapeOf(RowAt row) const { return pieces_[row.piece].shape; }
  base::Status Noted(base::Status status) const;

  logstore::GranuleScan* const scan_;
  logstore::Granule& granule_;
  const logql::BlockRequest& request_;
  BlockScratch* const scratch_;
  const std::function<void(const base::Status&)> note_damage_;
  std::vector<logstore::ShapePlaces> pieces_;
  std::vector<RowAt> rows_;
  std::vector<bool> judged_;  // by predicate
  std::vector<int64_t> times_;
  Sets streams_;
  Sets metadata_;
  std::string line_;
  std::vector<std::string_view> lines_;
  std::map<logql::FieldRef, Column> columns_;
};

}  // namespace vedette::logscan

#endif  // VEDETTE_COLLECTOR_LOGSCAN_COLUMN_BLOCK_H_
