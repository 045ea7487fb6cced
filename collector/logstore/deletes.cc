#include "collector/logstore/deletes.h"

#include <algorithm>

#include "base/codec/bytes.h"
#include "base/strings.h"
#include "collector/logstore/filenames.h"

namespace vedette::logstore {

std::string EncodeDeletes(const std::vector<DeleteRequest>& requests) {
  std::string body;
  base::PutVarint(requests.size(), &body);
  for (const DeleteRequest& request : requests) {
    base::PutString(request.id, &body);
    base::PutString(request.query, &body);
    for (const int64_t time : {request.start_ns, request.end_ns, request.created_ms}) {
      base::PutSignedVarint(time, &body);
    }
    base::PutVarint(request.before_sequence, &body);
    base::PutVarint(request.before_part, &body);
    body.push_back(request.processed ? 1 : 0);
  }
  std::string out(kDeletesMagic);
  base::PutFixed<uint32_t>(kDeletesVersion, &out);
  base::PutFixed<uint64_t>(base::Hash64(body), &out);
  return out + body;
}

base::StatusOr<std::vector<DeleteRequest>> DecodeDeletes(std::string_view data) {
  if (data.substr(0, kDeletesMagic.size()) != kDeletesMagic) {
    return base::DataLoss("not a log store's list of deletes");
  }
  base::ByteReader reader(data.substr(kDeletesMagic.size()));
  const auto version = reader.Fixed<uint32_t>();
  const auto hash = reader.Fixed<uint64_t>();
  if (!reader.ok() || version == 0) return base::DataLoss("list of deletes is cut short");
  if (version > kDeletesVersion) {
    return base::InvalidArgument(
        base::Concat({"list of deletes of version ", std::to_string(version),
                      ", this program reads up to ", std::to_string(kDeletesVersion)}));
  }
  if (base::Hash64(data.substr(data.size() - reader.remaining())) != hash) {
    return base::DataLoss("checksum of the list of deletes does not match");
  }
  std::vector<DeleteRequest> requests;
  const uint64_t count = reader.Varint();
  for (uint64_t i = 0; i < count && reader.ok(); ++i) {
    DeleteRequest request;
    request.id = std::string(reader.String());
    request.query = std::string(reader.String());
    for (int64_t* time : {&request.start_ns, &request.end_ns, &request.created_ms}) {
      *time = reader.SignedVarint();
    }
    request.before_sequence = reader.Varint();
    request.before_part = reader.Varint();
    request.processed = reader.Fixed<uint8_t>() != 0;
    requests.push_back(std::move(request));
  }
  if (!reader.ok() || !reader.empty()) {
    return base::DataLoss("list of deletes is cut short or too long");
  }
  return requests;
}

DeletedRows::DeletedRows(const Tombstones& tombstones, int64_t min_ns, int64_t max_ns) {
  for (const auto& tombstone : tombstones) {
    if (!tombstone->Overlaps(min_ns, max_ns)) continue;
    Judge& judge = judges_.emplace_back();
    judge.tombstone = tombstone;
    if (tombstone->filter.make_test) judge.test = tombstone->filter.make_test();
  }
}

bool DeletedRows::Has(const Row& row) {
  return std::any_of(judges_.begin(), judges_.end(), [&](Judge& judge) {
    const DeleteRequest& request = judge.tombstone->request;
    if (row.timestamp_ns < request.start_ns || row.timestamp_ns >= request.end_ns ||
        row.sequence >= request.before_sequence) {
      return false;
    }
    const auto [it, fresh] = judge.matches.try_emplace(row.stream, false);
    if (fresh) it->second = judge.tombstone->Matches(*row.stream);
    return it->second && (!judge.test || judge.test(row));
  });
}

}  // namespace vedette::logstore
