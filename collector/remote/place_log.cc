#include "collector/remote/place_log.h"

#include <algorithm>
#include <utility>

#include "base/codec/bytes.h"
#include "base/strings.h"

namespace vedette::remote {
namespace {

constexpr uint8_t kPlacesRecord = 1;
constexpr uint64_t kCheckpointBytes = 1 << 20;
constexpr uint64_t kMostPlaces = 1 << 16;

std::string EncodePlaces(std::string_view queue, const Places& places, uint64_t shaping) {
  std::string out;
  base::PutString(queue, &out);
  base::PutVarint(places.size(), &out);
  for (const Place& place : places) {
    base::PutVarint(place.record.segment, &out);
    base::PutVarint(place.record.offset, &out);
    // "All" is the usual case: the shortest number.
    base::PutVarint(place.items + 1, &out);
  }
  if (!places.empty()) base::PutVarint(shaping, &out);
  return out;
}

}  // namespace

base::StatusOr<std::unique_ptr<PlaceLog>> PlaceLog::Open(const Options& options,
                                                         base::WalPosition run_begin) {
  std::unique_ptr<PlaceLog> log(new PlaceLog(options));
  base::MutexLock lock(log->mutex_);
  base::Wal::Options wal;
  wal.dir = options.dir;
  wal.name = "remote_write";
  wal.segment_bytes = 2 * kCheckpointBytes;
  wal.fs = options.fs;
  wal.clock = options.clock;
  wal.log = options.log;
  wal.telemetry = options.telemetry;
  PlaceLog* const into = log.get();
  VEDETTE_ASSIGN_OR_RETURN(
      log->wal_,
      base::Wal::Open(wal, [into, run_begin](
                               base::WalPosition, uint8_t type,
                               std::string_view payload) VEDETTE_NO_THREAD_SAFETY_ANALYSIS {
        if (type != kPlacesRecord) {
          return base::InvalidArgument("remote write: a newer version wrote where its queues are");
        }
        return into->Replay(payload, run_begin);
      }));
  const base::Status status = log->Checkpoint();
  if (!status.ok()) return base::Annotate(status, "remote write");
  return log;
}

base::Status PlaceLog::Replay(std::string_view payload, base::WalPosition run_begin) {
  base::ByteReader in(payload);
  const std::string queue(in.String());
  const uint64_t count = in.Varint();
  if (!in.ok() || count > kMostPlaces) return base::Status();  // costs itself
  Kept kept;
  for (uint64_t i = 0; i < count && in.ok(); ++i) {
    Place place;
    place.record.segment = in.Varint();
    place.record.offset = in.Varint();
    place.items = in.Varint() - 1;
    kept.places.push_back(std::min(place, Place{run_begin, 0}));
  }
  if (in.ok() && !in.empty()) kept.shaping = in.Varint();
  if (!in.ok()) return base::Status();
  if (kept.places.empty()) {
    queues_.erase(queue);
  } else {
    queues_[queue] = std::move(kept);
  }
  return base::Status();
}

std::optional<Places> PlaceLog::Get(const std::string& queue) const {
  base::MutexLock lock(mutex_);
  const auto at = queues_.find(queue);
  return at == queues_.end() ? std::nullopt : std::optional<Places>(at->second.places);
}

uint64_t PlaceLog::ShapingOf(const std::string& queue) const {
  base::MutexLock lock(mutex_);
  const auto at = queues_.find(queue);
  return at == queues_.end() ? 0 : at->second.shaping;
}

void PlaceLog::Set(const std::string& queue, const Places& places, uint64_t shaping) {
  base::MutexLock lock(mutex_);
  Kept& kept = queues_[queue];
  kept = {places, shaping};
  Write(queue, kept);
  if (written_ < kCheckpointBytes) return;
  written_ = 0;
  if (const base::Status status = Checkpoint(); !status.ok()) {
    options_.log->Warn("remote write: the log of places cannot be shortened",
                       {{"reason", base::Message(status)}});
  }
}

void PlaceLog::Write(const std::string& queue, const Kept& kept) {
  const std::string record = EncodePlaces(queue, kept.places, kept.shaping);
  written_ += record.size();
  const base::Status status = wal_->Append(kPlacesRecord, record).status();
  if (std::exchange(failing_, !status.ok()) || status.ok()) return;
  options_.log->Error(
      "remote write: where it is cannot be written: a restart will send again what was sent",
      {{"reason", base::Message(status)}});
}

void PlaceLog::KeepOnly(const std::set<std::string>& queues) {
  base::MutexLock lock(mutex_);
  for (auto at = queues_.begin(); at != queues_.end();) {
    if (queues.contains(at->first)) {
      ++at;
      continue;
    }
    Write(at->first, {});
    at = queues_.erase(at);
  }
}

base::Status PlaceLog::Checkpoint() {
  VEDETTE_ASSIGN_OR_RETURN(const uint64_t segment, wal_->Roll());
  for (const auto& [queue, kept] : queues_) {
    VEDETTE_RETURN_IF_ERROR(
        wal_->Append(kPlacesRecord, EncodePlaces(queue, kept.places, kept.shaping)).status());
  }
  // What the checkpoint replaces goes only once it is on disk.
  VEDETTE_RETURN_IF_ERROR(wal_->Sync());
  return wal_->DropBefore(segment);
}

}  // namespace vedette::remote
