#include "base/http/session.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include "base/http/refusal.h"

namespace vedette::base::http {
namespace {

// How long past its deadline a handler is waited for.
constexpr std::chrono::milliseconds kGrace{2000};

// What a pool's thread needs to handle one request.
struct Work {
  Request request;
  const http::Route* route = nullptr;
  std::shared_ptr<const Security> security;
  bool authenticated = false;
  bool over_tls = false;
  Logger* logger = nullptr;
  std::shared_ptr<Exchange> exchange;
};

bool Admitted(Work* work) {
  if (work->authenticated) return true;
  const AuthResult result =
      work->security->authenticator->Check(work->request, work->route->scope, work->over_tls);
  if (!result.allowed) work->exchange->Answer(RefusedAnswer(result, *work->security->config));
  work->request.user = result.user;
  return result.allowed;
}

void Handle(Work* work) {
  if (work->request.stop.stop_requested()) {
    return work->exchange->Answer(BusyAnswer("stopped before the request was begun"));
  }
  if (!Admitted(work)) return;
  const std::shared_ptr<Exchange> exchange = work->exchange;
  try {
    work->route->handler(work->request,
                         [exchange](Response response) { exchange->Answer(std::move(response)); });
  } catch (const std::exception& thrown) {
    work->logger->Error("handler threw", {{"path", work->request.path}, {"error", thrown.what()}});
    exchange->Answer(ErrorAnswer(500, "internal", "the handler failed"));
  }
}

}  // namespace

void Session::Dispatch() {
  state_ = State::kHandling;
  pool_ = match_.route->pool;
  auto work = std::make_shared<Work>();
  work->route = match_.route;
  work->security = security_;
  work->authenticated = authenticated_;
  work->over_tls = stream_->is_tls();
  work->logger = core_->options.logger;
  const uint64_t id = ++exchange_id_;
  work->exchange =
      std::make_shared<Exchange>(Shape(), security_->config, core_->options.clock,
                                 [loop = std::weak_ptr<ServerCore>(core_->weak_from_this()),
                                  session = weak_from_this(), slot = slot_, id](WireAnswer answer) {
                                   const std::shared_ptr<ServerCore> core = loop.lock();
                                   if (!core) return;
                                   if (!answer.opened && slot->Send(id, core.get(), &answer))
                                     return;
                                   auto shared = std::make_shared<WireAnswer>(std::move(answer));
                                   core->loop->Post([session, id, shared] {
                                     if (const auto alive = session.lock())
                                       alive->OnAnswer(id, std::move(*shared));
                                   });
                                 });
  work->request = parser_->TakeRequest();
  work->request.remote_address = stream_->remote_address();
  work->request.path_args = std::move(match_.path_args);
  work->request.stop = stop_.get_token();
  work->request.received_mono_ns = core_->options.clock->MonotonicNanos();
  work->request.deadline_mono_ns = work->request.received_mono_ns +
                                   std::chrono::nanoseconds(core_->options.request_timeout).count();
  // Bytes held and requests that wait already are the loop's to go on with.
  if (in_.empty() && buffered_bytes_ <= kSmallRequestBytes) slot_->Open(stream_.get(), id);
  StartDeadline();
  StartRead();
  if (!core_->PoolFor(match_.route->pool).TrySubmit([work] { Handle(work.get()); })) {
    work->exchange->Answer(BusyAnswer("too many requests of this kind are waiting"));
  }
}

// Looks after the idle timeout, too, whether the answer was sent meanwhile.
void Session::StartDeadline() {
  const std::chrono::milliseconds whole = core_->options.request_timeout;
  const auto first = std::min<std::chrono::milliseconds>(whole, core_->options.idle_timeout);
  timer_->Start(first, [self = shared_from_this(), rest = whole - first] {
    if (self->EndIfAnswered()) return;
    if (rest.count() == 0) return self->OnDeadline();
    self->timer_->Start(rest, [self] { self->OnDeadline(); });
  });
}

void Session::OnDeadline() {
  stop_.request_stop();
  timer_->Start(kGrace, [self = shared_from_this()] { self->OnHandlerStuck(); });
}

void Session::OnHandlerStuck() {
  if (EndIfAnswered() || state_ != State::kHandling) return;
  const uint64_t stuck = exchange_id_++;  // whatever it still says is too late
  // Another answer would be taken for the rest of this one.
  if (slot_->has_begun(stuck)) return Close();
  AnswerNow(BusyAnswer("the request took too long"), true);
}

}  // namespace vedette::base::http
