#ifndef VEDETTE_COLLECTOR_REMOTE_REQUEST_WRITER_H_
#define VEDETTE_COLLECTOR_REMOTE_REQUEST_WRITER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"
#include "collector/remote/batch.h"
#include "collector/remote/series_table.h"
#include "model/exemplar.h"
#include "model/sample_log.h"

namespace vedette::remote {

// Writes the requests of one shard, 1.0 or 2.0, item by item, each a series of its own: the labels
// are there already as a request has them. One thread.
class RequestWriter {
 public:
  // `keep_items`: so that what gets too old can be taken out.
  RequestWriter(bool is_v2, bool keep_items) : is_v2_(is_v2), keep_items_(keep_items) {}

  // `table` is the same for all calls of one epoch.
  void AddSample(const SeriesTable& table, const SeriesTable::Entry& entry,
                 const model::SeriesSample& sample);
  void AddHistogram(const SeriesTable& table, const SeriesTable::Entry& entry,
                    const model::HistogramSample& sample);
  // `series`: its labels as they are sent.
  void AddExemplar(const SeriesTable& table, const model::Labels& series,
                   const model::Exemplar& exemplar);
  // Numbers of symbols mean others from here on.
  void StartEpoch() { locals_.clear(); }

  const Batch& batch() const { return batch_; }
  Batch& batch() { return batch_; }
  // What was written; the next item begins another request.
  Batch Take();

 private:
  // A symbol's number within the request.
  struct Local {
    uint32_t request = 0;
    uint32_t number = 0;
  };
  void BeginRequest();
  uint32_t LocalOf(const SeriesTable& table, uint32_t symbol);
  uint32_t LocalOfText(const SeriesTable& table, std::string_view text);
  uint32_t AppendSymbol(std::string_view text);
  void PutRefs(const SeriesTable& table, const SeriesTable::Entry& entry);
  void PutRefsOf(const SeriesTable& table, const model::Labels& labels, std::string* out);
  void PutMetadata(const SeriesTable& table, const SeriesTable::Entry& entry);
  // A TimeSeries of `labels` and `fields`, each written already.
  void PutSeries(std::string_view labels, std::string_view fields);
  void Note(ItemKind kind, int64_t time_ms, uint64_t* count);

  const bool is_v2_;
  const bool keep_items_;
  Batch batch_;
  uint32_t request_ = 0;  // counts them
  uint32_t next_local_ = 0;
  std::vector<Local> locals_;        // by symbol of the table
  base::StringMap<uint32_t> texts_;  // of the request, that are in no table
  std::string refs_, fields_;        // kept for their memory
  size_t last_body_bytes_ = 0;
};

// The messages of 1.0's metadata, at most `most` a request.
std::vector<Batch> MetadataRequests(const Families& families, size_t most);

}  // namespace vedette::remote

#endif  // VEDETTE_COLLECTOR_REMOTE_REQUEST_WRITER_H_
