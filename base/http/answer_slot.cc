#include "base/http/answer_slot.h"

#include <exception>
#include <utility>

namespace vedette::base::http {
namespace {

// Who reads slowly or much is the loop's: pieces of several long answers are then made in turn.
constexpr int kMostPieces = 32;

}  // namespace

void AnswerSlot::Open(Stream* stream, uint64_t id) {
  MutexLock lock(mutex_);
  stream_ = stream;
  id_ = id;
  sent_.reset();
}

bool AnswerSlot::has_begun(uint64_t id) {
  MutexLock lock(mutex_);
  return begun_ == id;
}

std::optional<AnswerSlot::Time> AnswerSlot::Close() {
  MutexLock lock(mutex_);
  stream_ = nullptr;
  return std::exchange(sent_, std::nullopt);
}

bool AnswerSlot::Send(uint64_t id, ServerCore* core, WireAnswer* answer) {
  if (answer->close || answer->head.size() + answer->body.size() > kMaxPieceBytes) return false;
  answer->Join();
  for (int sent = 0; sent < kMostPieces; ++sent) {
    if (!SendPiece(id, core, answer)) return false;
    if (!answer->rest) return true;
    MakePiece(answer);
    if (answer->close) return false;
  }
  return false;
}

bool AnswerSlot::SendPiece(uint64_t id, ServerCore* core, WireAnswer* answer) {
  MutexLock lock(mutex_);
  if (stream_ == nullptr || id != id_) return false;
  if (!answer->begun) core->CountAnswer(answer->status);
  answer->begun = true;
  begun_ = id;
  answer->sent = stream_->SendNow(answer->head);
  const bool all = answer->sent == answer->head.size();
  if (all && answer->rest) return true;
  stream_ = nullptr;
  if (all) sent_ = std::chrono::steady_clock::now();
  return all;
}

void AnswerSlot::MakePiece(WireAnswer* answer) {
  answer->head.clear();
  answer->sent = 0;
  try {
    if (answer->rest->Next(&answer->head)) return;
  } catch (const std::exception&) {
    // Out of memory: the answer stays cut, which the client sees by its framing.
    answer->head.clear();
    answer->close = true;
  }
  answer->rest.reset();
}

}  // namespace vedette::base::http
