#ifndef VEDETTE_MODEL_EXPOSITION_NHCB_READER_H_
#define VEDETTE_MODEL_EXPOSITION_NHCB_READER_H_

#include <memory>
#include <string>
#include <vector>

#include "model/exposition/classic_histogram.h"
#include "model/exposition/reader.h"

namespace vedette::model::exposition {

// A page of text whose classic histograms have become native ones of custom buckets: lines
// x_bucket, x_sum and x_count that follow "# TYPE x histogram" and share their other labels are
// gathered, and said as one entry when other lines follow; meanwhile each is a kGathered. One that
// cannot be converted (see ClassicHistogram) says nothing.
class NhcbReader final : public Reader {
 public:
  // `keep_classic`: the lines themselves are entries too.
  NhcbReader(std::unique_ptr<Reader> page, bool keep_classic)
      : page_(std::move(page)), keep_classic_(keep_classic) {}

  base::StatusOr<EntryKind> Next() override;
  base::Status ReadLabels(Labels* out) override;
  base::Status ReadExemplars(std::vector<Exemplar>* out) override;

 private:
  enum class Part { kNone, kBucket, kSum, kCount };

  // Which part of the family's histogram the line under way is; its labels go to line_labels_.
  base::StatusOr<Part> ReadPart();
  // Adds the line to the histogram gathered.
  void Gather(Part part);
  // Turns what is gathered into this entry; false where nothing comes of it.
  bool Emit();
  // Takes over the entry that the page is at; false when it is not to be seen.
  bool Show(EntryKind kind);

  const std::unique_ptr<Reader> page_;
  const bool keep_classic_;
  std::string histogram_family_;  // of the last TYPE line, if it said histogram

  ClassicHistogram gathered_;
  bool is_gathering_ = false;
  Labels labels_;  // of the histogram gathered, or just said
  std::vector<std::string> gathered_empty_labels_;
  Sample first_line_;
  std::vector<Exemplar> gathered_exemplars_;

  bool is_emitting_ = false;
  std::string emitted_series_;
  std::vector<Exemplar> emitted_exemplars_;
  std::optional<EntryKind> held_;  // the page's entry, while a histogram goes first
  Part line_part_ = Part::kNone;
  Labels line_labels_;
  Labels line_base_;  // without `le`, with the family's name
  double line_bound_ = 0;
};

}  // namespace vedette::model::exposition

#endif  // VEDETTE_MODEL_EXPOSITION_NHCB_READER_H_
