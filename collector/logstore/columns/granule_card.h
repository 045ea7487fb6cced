#ifndef VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_GRANULE_CARD_H_
#define VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_GRANULE_CARD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"
#include "collector/logstore/columns/blob.h"
#include "collector/logstore/columns/line_form.h"
#include "collector/logstore/columns/stream_ids.h"

namespace vedette::logstore {

// A shape of a granule that a scan has to look into.
struct ShapeCandidate {
  uint32_t shape = 0;
  bool all = false;  // all of its rows are of wanted streams
};

// What is known of a granule's lines without its directory: which streams every shape has, and what
// its lines may have in them. A few KB, worth keeping where granules are not. Made by Granule.
class GranuleCard {
 public:
  // Those of a slot, which can be searched as its form says.
  struct Bytes {
    uint32_t shape = 0;
    uint32_t slot = 0;
    StoredBlob blob;
  };

  // Shapes in ascending order. `streams`: ids, ascending.
  void AddShape(const std::vector<uint32_t>& streams);
  bool has_streams() const { return !sets_.empty(); }
  // One a shape; `bytes` ascending.
  void SetForms(std::vector<LineFormPtr> forms, std::vector<Bytes> bytes, size_t fresh_bytes);
  bool has_forms() const { return !forms_.empty(); }

  // Shapes that have rows of wanted streams, by id, and, if forms are known and `judge` is not
  // null, may have what it looks for. DataLoss when a stream is not among those of `wanted`, or
  // bytes that are searched are damaged.
  base::StatusOr<std::vector<ShapeCandidate>> Candidates(const std::vector<bool>& wanted,
                                                         LineJudge* judge,
                                                         const BlobSource& blobs) const;
  size_t Held() const;

 private:
  enum class Share : uint8_t { kNotKnown, kNone, kSome, kAll };
  static base::StatusOr<Share> ShareOf(const StreamIds& set, const std::vector<bool>& wanted);
  // Of a shape that is not judged never to have it.
  base::StatusOr<bool> MayHave(uint32_t shape, LineJudge* judge, const BlobSource& blobs) const;
  base::StatusOr<bool> IsAnywhere(uint32_t shape, const std::vector<LineJudge::Part>& parts,
                                  const BlobSource& blobs) const;

  std::vector<uint32_t> set_of_shape_;
  std::vector<StreamIds> sets_;  // each once
  std::vector<LineFormPtr> forms_;
  std::vector<Bytes> bytes_;
  size_t fresh_bytes_ = 0;  // of forms that were made for this card
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_GRANULE_CARD_H_
