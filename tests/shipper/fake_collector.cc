#include "tests/shipper/fake_collector.h"

#include <algorithm>
#include <chrono>

#include "base/codec/compress.h"
#include "model/log_push.h"
#include "model/source_header.h"

namespace vedette::test {
namespace {

using base::http::Response;

constexpr std::chrono::seconds kPatience{20};

size_t CountEntries(const model::LogPush& push) {
  size_t count = 0;
  for (const model::LogStream& stream : push.streams) count += stream.entries.size();
  return count;
}

bool Holds(const model::LogPush& push, const std::string& text) {
  for (const model::LogStream& stream : push.streams) {
    for (const model::LogEntry& entry : stream.entries) {
      if (entry.line.find(text) != std::string::npos) return true;
    }
  }
  return false;
}

}  // namespace

FakeCollector::FakeCollector() {
  router_.Handle({"POST", "/loki/api/v1/push", base::http::Pool::kIngest, base::http::Scope::kNone,
                  [this](const base::http::Request& request, base::http::Responder respond) {
                    Handle(request, std::move(respond));
                  }});
  base::http::Server::Options options;
  options.listen = {"127.0.0.1:0"};
  options.router = &router_;
  options.clock = &clock_;
  options.logger = &logger_;
  server_ = *base::http::Server::Start(options);
  url_ = "http://127.0.0.1:" + std::to_string(server_->Ports()[0]);
}

FakeCollector::~FakeCollector() {
  SetMode(Mode::kUnavailable);
  server_->Stop();
}

void FakeCollector::SetMode(Mode mode) {
  std::vector<base::http::Responder> hanging;
  {
    const std::lock_guard lock(mutex_);
    mode_ = mode;
    hanging.swap(hanging_);
  }
  for (const auto& respond : hanging) respond(Response::Text(503, "was hanging\n"));
}

void FakeCollector::RefuseLinesWith(const std::string& text) {
  const std::lock_guard lock(mutex_);
  refuse_ = text;
}

void FakeCollector::AnswerAll(int status) {
  const std::lock_guard lock(mutex_);
  status_ = status;
}

void FakeCollector::SetMaxEntries(size_t entries) {
  const std::lock_guard lock(mutex_);
  max_entries_ = entries;
}

void FakeCollector::Handle(const base::http::Request& request, base::http::Responder respond) {
  {
    const std::lock_guard lock(mutex_);
    ++pushes_;
    authorizations_.emplace_back(request.headers.Get("Authorization"));
    changed_.notify_all();
    if (mode_ == Mode::kHang) {
      hanging_.push_back(std::move(respond));
      return;
    }
  }
  respond(Answer(request));
}

Response FakeCollector::Answer(const base::http::Request& request) {
  const auto body = base::SnappyDecompress(request.body, 64 << 20);
  if (!body.ok()) return Response::Text(400, body.status().ToString());
  const auto push = model::DecodeLogPush(*body);
  if (!push.ok()) return Response::Text(400, push.status().ToString());
  {
    const std::lock_guard lock(mutex_);
    if (status_ != 0) return Response::Text(status_, "as told\n");
  }
  if (push->streams.empty()) return Response::Text(422, "a stream is required\n");
  const auto positions =
      model::ParseSourceHeader(request.headers.Get(model::kSourceHeader), CountEntries(*push));
  if (!positions.ok()) return Response::Text(400, positions.status().ToString());
  const std::lock_guard lock(mutex_);
  if (mode_ == Mode::kUnavailable) return Response::Text(503, "no room\n");
  if (CountEntries(*push) > max_entries_) return Response::Text(413, "too many\n");
  if (!refuse_.empty() && Holds(*push, refuse_)) return Response::Text(400, "poison\n");
  Store(*push, *positions);
  changed_.notify_all();
  return Response::Text(mode_ == Mode::kLoseAnswer ? 500 : 204, "");
}

void FakeCollector::Store(const model::LogPush& push, const model::SourcePositions& positions) {
  uint64_t& mark = marks_[positions.source];
  uint64_t highest = mark;
  size_t i = 0;
  for (const model::LogStream& stream : push.streams) {
    for (const model::LogEntry& entry : stream.entries) {
      const uint64_t position = positions.positions[i++];
      if (position <= mark) {
        ++skipped_;
        continue;
      }
      highest = std::max(highest, position);
      lines_.push_back({stream.labels, entry, positions.source, position});
    }
  }
  mark = highest;
}

std::vector<FakeCollector::Line> FakeCollector::lines() const {
  const std::lock_guard lock(mutex_);
  return lines_;
}

std::vector<std::string> FakeCollector::texts() const {
  std::vector<std::string> texts;
  for (const Line& line : lines()) texts.push_back(line.entry.line);
  return texts;
}

size_t FakeCollector::skipped() const {
  const std::lock_guard lock(mutex_);
  return skipped_;
}

size_t FakeCollector::pushes() const {
  const std::lock_guard lock(mutex_);
  return pushes_;
}

size_t FakeCollector::AuthorizedAs(const std::string& header) const {
  const std::lock_guard lock(mutex_);
  return static_cast<size_t>(std::count(authorizations_.begin(), authorizations_.end(), header));
}

bool FakeCollector::WaitForLines(size_t n) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return lines_.size() >= n; });
}

bool FakeCollector::WaitForText(const std::string& line) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] {
    return std::any_of(lines_.begin(), lines_.end(),
                       [&](const Line& stored) { return stored.entry.line == line; });
  });
}

bool FakeCollector::WaitForPushes(size_t n) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return pushes_ >= n; });
}

}  // namespace vedette::test
