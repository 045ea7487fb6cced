#include "collector/api/tail.h"

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>
#include <variant>

#include "absl/hash/hash.h"
#include "base/json_writer.h"
#include "collector/api/prometheus_reply.h"

namespace vedette::api {
namespace {

uint64_t HashOf(int64_t timestamp_ns, std::string_view line, const model::Labels& stream,
                const model::Labels& metadata) {
  return absl::HashOf(timestamp_ns, line, stream.bytes(), metadata.bytes());
}

uint64_t HashOf(const logql::ResultLine& line) {
  return HashOf(line.timestamp_ns, line.line, line.stream, line.metadata);
}

size_t BytesOf(const model::LogStream& stream) {
  size_t bytes = sizeof stream + stream.labels.bytes().size();
  for (const model::LogEntry& entry : stream.entries) {
    bytes += sizeof entry + entry.line.size() + entry.metadata.bytes().size();
  }
  return bytes;
}

// The lines of a few pushes, for the engine to read as it reads the store.
class PushedLines final : public logql::LogSource {
 public:
  template <typename Wanted>
  void Add(const model::LogStream& stream, const Wanted& wanted) {
    for (const model::LogEntry& entry : stream.entries) {
      if (!wanted(entry)) continue;
      lines_.push_back({entry.timestamp_ns, entry.line, &stream.labels, &entry.metadata});
    }
  }
  void Sort() {
    std::stable_sort(lines_.begin(), lines_.end(),
                     [](const auto& a, const auto& b) { return a.timestamp_ns < b.timestamp_ns; });
  }
  size_t size() const { return lines_.size(); }
  base::Status Scan(const logql::ScanRequest&, const logql::ScanFn& visit) const override {
    visit(lines_);
    return {};
  }

 private:
  std::vector<logql::StoredLine> lines_;
};

}  // namespace

Tail::~Tail() {
  base::MutexLock lock(mutex_);
  memory_->Give(waiting_bytes_);
}

void Tail::Collect(const Streams& streams, int64_t now_mono_ns, bool once) {
  base::MutexLock lock(mutex_);
  for (const std::shared_ptr<const model::LogStream>& stream : streams) {
    if (!model::MatchesAll(query_.matchers, stream->labels)) continue;
    const size_t bytes = BytesOf(*stream);
    if (waiting_bytes_ + bytes > kMaxWaitingBytes || !memory_->Take(bytes)) {
      for (const model::LogEntry& entry : stream->entries) {
        NoteDropped(stream->labels, entry.timestamp_ns);
      }
      continue;
    }
    waiting_bytes_ += bytes;
    waiting_.push_back({now_mono_ns, bytes, stream, once});
  }
}

void Tail::NoteDropped(const model::Labels& labels, int64_t timestamp_ns) {
  if (dropped_.size() < kMaxDroppedTold) dropped_.push_back({labels, timestamp_ns});
}

void Tail::Begin(std::shared_ptr<base::http::WebSocket> socket, logql::Lines history,
                 int64_t until_mono_ns) {
  base::MutexLock lock(mutex_);
  socket_ = std::move(socket);
  begun_with_ = std::move(history);
  begun_ns_ = until_mono_ns;
}

bool Tail::Deliver(int64_t now_mono_ns, std::stop_token stop) {
  {
    base::MutexLock lock(mutex_);
    if (socket_ == nullptr) return true;
    if (socket_->closed()) return false;
  }
  TakeHistory();
  if (!SendHistory()) return true;
  const std::vector<Waiting> due = TakeDue(now_mono_ns);
  if (due.empty()) return true;
  base::StatusOr<logql::Lines> lines = Filter(due, std::move(stop));
  if (!lines.ok()) {
    base::MutexLock lock(mutex_);
    socket_->Close(1011, base::Message(lines.status()));
    return false;
  }
  std::erase_if(*lines,
                [this](const logql::ResultLine& line) { return history_.contains(HashOf(line)); });
  // What comes after these cannot have been there before.
  if (due.back().arrived_mono_ns > history_until_ns_) history_.clear();
  Send(*lines);
  return true;
}

void Tail::TakeHistory() {
  {
    base::MutexLock lock(mutex_);
    if (begun_with_.empty()) return;
    unsent_ = std::exchange(begun_with_, {});
    history_until_ns_ = begun_ns_;
  }
  for (const logql::ResultLine& line : unsent_) {
    history_.insert(HashOf(line));
    // Where the query changes lines these are none that anybody pushes.
    IsNew(HashOf(line));
  }
}

bool Tail::IsNew(uint64_t hash) {
  if (shown_before_.contains(hash) || !shown_.insert(hash).second) return false;
  if (shown_.size() < kMaxShown / 2) return true;
  shown_before_ = std::move(shown_);
  shown_.clear();
  return true;
}

bool Tail::SendHistory() {
  constexpr int kMaxTries = 50;
  while (sent_ < unsent_.size()) {
    const size_t end = FrameEnd(unsent_, sent_);
    const logql::Lines frame(unsent_.begin() + static_cast<std::ptrdiff_t>(sent_),
                             unsent_.begin() + static_cast<std::ptrdiff_t>(end));
    if (!SendFrame(frame)) {
      if (++tries_ < kMaxTries) return false;
      Drop(frame);
    }
    tries_ = 0;
    sent_ = end;
  }
  unsent_ = {};
  sent_ = 0;
  return true;
}

std::vector<Tail::Waiting> Tail::TakeDue(int64_t now_mono_ns) {
  std::vector<Waiting> due;
  base::MutexLock lock(mutex_);
  while (!waiting_.empty() && waiting_.front().arrived_mono_ns + query_.delay_ns <= now_mono_ns) {
    waiting_bytes_ -= waiting_.front().bytes;
    memory_->Give(waiting_.front().bytes);
    due.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return due;
}

base::StatusOr<logql::Lines> Tail::Filter(const std::vector<Waiting>& due, std::stop_token stop) {
  constexpr int64_t kMaxNs = 1'000'000'000;  // others wait
  PushedLines pushed;
  for (const Waiting& one : due) {
    pushed.Add(*one.stream, [&](const model::LogEntry& entry) {
      return !one.once ||
             IsNew(HashOf(entry.timestamp_ns, entry.line, one.stream->labels, entry.metadata));
    });
  }
  if (pushed.size() == 0) return logql::Lines();
  pushed.Sort();
  logql::RangeQuery range;
  range.query = query_.query;
  range.start_ns = INT64_MIN;
  range.end_ns = INT64_MAX;
  range.step_ns = INT64_MAX;
  range.limit = static_cast<uint32_t>(pushed.size());
  range.direction = logql::Direction::kForward;
  logql::QueryContext context;
  context.max_memory_bytes = 4 * kMaxWaitingBytes;
  context.stop = std::move(stop);
  context.deadline_monotonic_ns = clock_->MonotonicNanos() + kMaxNs;
  VEDETTE_ASSIGN_OR_RETURN(logql::Result result,
                           logql::Engine(&pushed, clock_).QueryRange(range, context));
  return std::get<logql::Lines>(std::move(result.value));
}

void Tail::Send(const logql::Lines& lines) {
  for (size_t begin = 0; begin < lines.size();) {
    const size_t end = FrameEnd(lines, begin);
    const logql::Lines frame(lines.begin() + static_cast<std::ptrdiff_t>(begin),
                             lines.begin() + static_cast<std::ptrdiff_t>(end));
    if (!SendFrame(frame)) Drop(frame);
    begin = end;
  }
}

size_t Tail::FrameEnd(const logql::Lines& lines, size_t begin) const {
  size_t bytes = 0;
  size_t end = begin;
  while (end < lines.size() && end - begin < query_.limit) {
    const logql::ResultLine& line = lines[end];
    bytes += line.line.size() + line.stream.bytes().size() + line.metadata.bytes().size();
    if (bytes > kMaxFrameBytes && end > begin) break;
    ++end;
  }
  return end;
}

void Tail::Drop(const logql::Lines& lines) {
  base::MutexLock lock(mutex_);
  for (const logql::ResultLine& line : lines) NoteDropped(line.stream, line.timestamp_ns);
}

bool Tail::SendFrame(const logql::Lines& lines) {
  base::MutexLock lock(mutex_);
  std::string frame;
  base::JsonWriter json(&frame);
  json.BeginObject().Key("streams");
  WriteLokiStreams(lines, query_.encoding.categorize, &json);
  if (!dropped_.empty()) {
    json.Key("dropped_entries").BeginArray();
    for (const Dropped& one : dropped_) {
      json.BeginObject().Key("labels");
      WriteLabels(one.labels, &json);
      json.Key("timestamp").String(std::to_string(one.timestamp_ns)).EndObject();
    }
    json.EndArray();
  }
  WriteEncodingFlags(query_.encoding, &json);
  json.EndObject();
  if (!socket_->Send(frame)) return false;
  dropped_.clear();
  return true;
}

}  // namespace vedette::api
