#include <algorithm>
#include <cstdio>
#include <utility>

#include "base/codec/bytes.h"
#include "base/strings.h"
#include "collector/logstore/filenames.h"
#include "collector/logstore/store.h"

// Requests to delete: taken, in force at once for every reader, taken back, and carried out by
// rewriting the parts that have such rows.

namespace vedette::logstore {
namespace {

constexpr size_t kMaxOpenDeletes = 1000;
constexpr int64_t kAfterDamageNs = 600'000'000'000;
constexpr size_t kMaxKeptDeletes = 2000;  // with those that were carried out, for who lists them

// Eight hex digits, as Loki's are.
std::string IdOf(const DeleteRequest& request) {
  const uint64_t hash = base::Hash64(base::Concat(
      {request.query, std::to_string(request.start_ns), " ", std::to_string(request.end_ns), " ",
       std::to_string(request.created_ms), " ", std::to_string(request.before_sequence)}));
  char text[16];
  std::snprintf(text, sizeof(text), "%08x", static_cast<uint32_t>(hash));
  return text;
}

// The oldest that were carried out go when there are many.
void Forget(std::vector<DeleteRequest>* requests) {
  while (requests->size() > kMaxKeptDeletes) {
    const auto old = std::find_if(requests->begin(), requests->end(),
                                  [](const DeleteRequest& request) { return request.processed; });
    if (old == requests->end()) return;
    requests->erase(old);
  }
}

}  // namespace

base::Status Store::OpenDeletes() {
  const std::string path = base::JoinPath(options_.dir, kDeletesFile);
  const auto data = options_.fs->ReadFile(path);
  if (absl::IsNotFound(data.status())) return {};
  if (!data.ok()) return base::Annotate(data.status(), "log store");
  auto requests = DecodeDeletes(*data);
  if (absl::IsDataLoss(requests.status())) {
    Quarantine(options_.dir, std::string(kDeletesFile), requests.status());
    return {};
  }
  if (!requests.ok()) return base::Annotate(requests.status(), path);
  deletes_ = *std::move(requests);
  Tombstones tombstones;
  for (const DeleteRequest& request : deletes_) {
    if (request.processed) continue;
    auto tombstone = MakeTombstone(request);
    if (tombstone.ok()) {
      tombstones.push_back(*std::move(tombstone));
    } else if (absl::IsInvalidArgument(tombstone.status())) {
      // An older program's query that is none any more: the request stays, its lines are there.
      options_.logger->Error(
          "log lines that were deleted are shown: the query is not understood",
          {{"request", request.id}, {"error", base::Message(tombstone.status())}});
    } else {
      return tombstone.status();
    }
  }
  base::MutexLock lock(mutex_);
  tombstones_ = std::move(tombstones);
  return {};
}

base::StatusOr<std::shared_ptr<const Tombstone>> Store::MakeTombstone(
    const DeleteRequest& request) const {
  if (!options_.delete_parser) return base::Unavailable("log store: it takes no deletes");
  auto filter = options_.delete_parser(request.query);
  if (!filter.ok()) return base::Annotate(filter.status(), "delete of " + request.query);
  return std::make_shared<const Tombstone>(Tombstone{request, *std::move(filter)});
}

base::Status Store::SaveDeletes(std::vector<DeleteRequest> requests) {
  Forget(&requests);
  VEDETTE_RETURN_IF_ERROR(options_.fs->WriteFileAtomic(base::JoinPath(options_.dir, kDeletesFile),
                                                       EncodeDeletes(requests)));
  deletes_ = std::move(requests);
  return {};
}

// What is in memory is written first, so that all rows that came before are in parts, and a line
// that is pushed again afterwards is not taken for a repetition of the deleted one.
base::StatusOr<std::string> Store::Delete(const std::string& query, int64_t start_ns,
                                          int64_t end_ns) {
  DeleteRequest request;
  request.query = query;
  request.start_ns = start_ns;
  request.end_ns = end_ns;
  request.created_ms = options_.clock->WallMillis();
  VEDETTE_RETURN_IF_ERROR(MakeTombstone(request).status());
  base::MutexLock flush_lock(flush_mutex_);
  {
    base::MutexLock lock(mutex_);
    if (tombstones_.size() >= kMaxOpenDeletes) {
      return base::ResourceExhausted("log store: too many deletes wait to be carried out");
    }
  }
  VEDETTE_RETURN_IF_ERROR(FlushAll());
  request.before_part = manifest_.next_part;
  request.before_sequence = manifest_.checkpoint.next_sequence;
  request.id = IdOf(request);
  VEDETTE_ASSIGN_OR_RETURN(auto tombstone, MakeTombstone(request));
  std::vector<DeleteRequest> requests = deletes_;
  requests.push_back(request);
  VEDETTE_RETURN_IF_ERROR(SaveDeletes(std::move(requests)));
  base::MutexLock lock(mutex_);
  tombstones_.push_back(std::move(tombstone));
  return request.id;
}

std::vector<DeleteRequest> Store::Deletes() const {
  base::MutexLock flush_lock(flush_mutex_);
  return deletes_;
}

base::Status Store::CancelDelete(const std::string& id) {
  base::MutexLock flush_lock(flush_mutex_);
  std::vector<DeleteRequest> requests = deletes_;
  const auto found = std::find_if(requests.begin(), requests.end(),
                                  [&](const DeleteRequest& request) { return request.id == id; });
  if (found == requests.end()) return base::NotFound("no delete has this id");
  if (found->processed || IsDue(*found)) {
    return base::InvalidArgument("the delete is being carried out or was");
  }
  requests.erase(found);
  VEDETTE_RETURN_IF_ERROR(SaveDeletes(std::move(requests)));
  base::MutexLock lock(mutex_);
  std::erase_if(tombstones_, [&](const auto& tombstone) { return tombstone->request.id == id; });
  return {};
}

bool Store::IsDue(const DeleteRequest& request) const {
  return options_.clock->WallMillis() - request.created_ms >= options_.delete_cancel_ms;
}

Tombstones Store::DueTombstones() const {
  base::MutexLock lock(mutex_);
  Tombstones due;
  for (const auto& tombstone : tombstones_) {
    if (IsDue(tombstone->request)) due.push_back(tombstone);
  }
  return due;
}

base::StatusOr<bool> Store::HasDeleted(const Part& part,
                                       const std::shared_ptr<const Tombstone>& tombstone) const {
  DeletedRows deleted({tombstone}, part.min_ns(), part.max_ns());
  std::vector<bool> matching;
  for (const StreamSummary& summary : part.streams()) {
    matching.push_back(tombstone->Overlaps(summary.min_ns, summary.max_ns) &&
                       tombstone->Matches(*summary.stream));
  }
  const Substrings none;
  const RowFilter filter{tombstone->request.start_ns, tombstone->request.end_ns, &matching, &none,
                         true};
  for (size_t i = 0; i < part.blocks().size(); ++i) {
    const BlockMeta& meta = part.blocks()[i];
    if (!tombstone->Overlaps(meta.min_ns, meta.max_ns)) continue;
    if (std::none_of(meta.stream_ids.begin(), meta.stream_ids.end(),
                     [&](uint32_t id) { return matching[id]; })) {
      continue;
    }
    VEDETTE_ASSIGN_OR_RETURN(const auto block, part.ReadBlock(i, &filter));
    for (const Row& row : block->rows()) {
      if (deleted.Has(row)) return true;
    }
  }
  return false;
}

bool Store::IsWhollyDeleted(const Snapshot& snapshot, const Part& part,
                            const StreamSummary& summary) {
  return std::any_of(
      snapshot.tombstones.begin(), snapshot.tombstones.end(), [&](const auto& tombstone) {
        const DeleteRequest& request = tombstone->request;
        return !tombstone->filter.make_test && request.start_ns <= summary.min_ns &&
               request.end_ns > summary.max_ns && tombstone->Matches(*summary.stream) &&
               PartNumber(part.name()).value_or(UINT64_MAX) < request.before_part;
      });
}

// Damage stays: reading all of a part every round would find the same.
bool Store::IsLeftAlone(const std::string& part) const {
  const auto found = try_again_ns_.find(part);
  return found != try_again_ns_.end() && options_.clock->MonotonicNanos() < found->second;
}

base::StatusOr<bool> Store::CarryOut(const std::shared_ptr<const Tombstone>& tombstone,
                                     std::stop_token stop) {
  bool unread = false;
  for (const auto& part : Read().parts) {
    if (!tombstone->Overlaps(part->min_ns(), part->max_ns())) continue;
    const auto key = std::make_pair(part->name(), tombstone->request.id);
    if (clean_.contains(key)) continue;
    if (IsLeftAlone(part->name())) {
      unread = true;
      continue;
    }
    const auto has = HasDeleted(*part, tombstone);
    if (absl::IsNotFound(has.status())) continue;  // dropped by retention
    const auto done = has.ok() && *has ? Rewrite({part}, stop) : has;
    if (absl::IsDataLoss(done.status())) {
      try_again_ns_[part->name()] = options_.clock->MonotonicNanos() + kAfterDamageNs;
    }
    if (has.ok() && *has) return done;
    if (has.ok()) clean_.insert(key);
    unread = unread || !has.ok();
  }
  // What cannot be read stays left out of answers.
  if (unread) return false;
  VEDETTE_RETURN_IF_ERROR(FinishDelete(tombstone->request.id));
  return true;
}

base::StatusOr<bool> Store::CarryOutDeletes(std::stop_token stop) {
  base::Status status;
  for (const auto& tombstone : DueTombstones()) {
    const auto done = CarryOut(tombstone, stop);
    if (done.ok() && *done) return true;
    if (status.ok()) status = done.status();
  }
  if (!status.ok()) return status;
  return false;
}

base::Status Store::FinishDelete(const std::string& id) {
  base::MutexLock flush_lock(flush_mutex_);
  std::vector<DeleteRequest> requests = deletes_;
  for (DeleteRequest& request : requests) {
    if (request.id == id) request.processed = true;
  }
  VEDETTE_RETURN_IF_ERROR(SaveDeletes(std::move(requests)));
  std::erase_if(clean_, [&](const auto& key) { return key.second == id; });
  const int64_t now_ns = options_.clock->MonotonicNanos();
  absl::erase_if(try_again_ns_, [&](const auto& part) { return part.second <= now_ns; });
  base::MutexLock lock(mutex_);
  std::erase_if(tombstones_, [&](const auto& tombstone) { return tombstone->request.id == id; });
  return {};
}

}  // namespace vedette::logstore
