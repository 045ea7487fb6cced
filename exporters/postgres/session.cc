#include "exporters/postgres/session.h"

#include <poll.h>

#include <algorithm>
#include <utility>

#include "base/strings.h"

namespace vedette::exporters::postgres {
namespace {

constexpr int64_t kMilli = 1'000'000;
// A server that has said nothing for so long, asked by a connection of its own, is gone: the
// connection is opened anew.
constexpr int64_t kDeafNanos = 60'000 * kMilli;
constexpr int64_t kLookUpNanos = 1'000 * kMilli;

// A statement may take a quarter of the scrape, in steps so that the server is rarely told anew.
int64_t StatementTimeoutMs(int64_t nanos) {
  constexpr int64_t kStep = 100;
  return std::max<int64_t>(nanos / kMilli / 4 / kStep * kStep, kStep);
}

DataSource WithDefaults(DataSource source) {
  if (source.Get("hostaddr").empty() && source.Get("service").empty()) {
    source.SetDefault("host", "localhost");  // as Go's driver has it; libpq would take a socket
  }
  source.SetDefault("fallback_application_name", "vedette");
  source.SetDefault("client_encoding", "UTF8");
  // Asking Kerberos costs memory and time; who uses it says so.
  source.SetDefault("gssencmode", "disable");
  source.SetDefault("keepalives_idle", "30");
  source.SetDefault("tcp_user_timeout", "60000");
  return source;
}

}  // namespace

Session::Session(const LibPq* pq, const base::Clock* clock, Resolver* resolver, DataSource source,
                 Limits limits)
    : clock_(clock),
      database_(source.Database()),
      limits_(limits),
      connection_(pq, clock, resolver, WithDefaults(std::move(source))) {}

void Session::Begin(TaskMaker maker, int64_t deadline_ns) {
  maker_ = std::move(maker);
  scrape_deadline_ns_ = deadline_ns;
  begin_ns_ = clock_->MonotonicNanos();
  answered_ = false;
  error_ = base::Status();
  if (connection_.open() && !connection_.drained() &&
      begin_ns_ - connection_.last_heard_ns() > kDeafNanos) {
    connection_.Close();
  }
  reused_ = connection_.open();
  if (reused_ && !connection_.drained()) {
    phase_ = Phase::kDraining;
    return;
  }
  connection_.Begin(LookUpDeadline());
  reused_ = reused_ && connection_.open();
  phase_ = Phase::kConnecting;
  Step();
}

void Session::Advance() {
  connection_.Advance();
  Step();
}

// Moves on as far as it goes without the server.
void Session::Step() {
  if (phase_ == Phase::kIdle) return;
  if (connection_.closed()) {
    if (!TryAgain()) Give(connection_.error());
    return;
  }
  if (phase_ == Phase::kConnecting && connection_.open()) Run();
  if (phase_ == Phase::kDraining && connection_.drained()) Run();
  if (phase_ != Phase::kRunning) return;
  if (connection_.closed()) return Step();
  if (unanswered_ == 0 && connection_.drained()) phase_ = Phase::kIdle;
}

bool Session::TryAgain() {
  if (!std::exchange(reused_, false) || answered_) return false;
  error_ = base::Status();
  connection_.Begin(LookUpDeadline());
  phase_ = Phase::kConnecting;
  return !connection_.closed();
}

void Session::Run() {
  phase_ = Phase::kRunning;
  unanswered_ = 0;
  if (!reused_) statement_timeout_ms_ = 0;
  SendSetUp();
  if (connection_.closed()) return;
  for (Task& task : maker_(this)) {
    ++unanswered_;
    connection_.Send(task.sql, [this, done = std::move(task.done)](base::StatusOr<Result> result) {
      --unanswered_;
      // The end of a connection that never answered is TryAgain's matter.
      if (!answered_ && reused_ && !result.ok()) return;
      done(std::move(result));
    });
    if (connection_.closed()) return;
  }
  connection_.Advance();
}

// Times in the server's hands, so that a lock or a slow statement ends there too. Compiling our
// small queries costs more than it can give.
void Session::SendSetUp() {
  const int64_t statement_ms = StatementTimeoutMs(scrape_deadline_ns_ - begin_ns_);
  const int64_t lock_ms = std::min(limits_.lock.count() / kMilli, statement_ms / 2);
  std::string sql = "SELECT version()";
  if (statement_ms != statement_timeout_ms_) {
    sql += base::Concat({", set_config('statement_timeout', '", std::to_string(statement_ms),
                         "', false), set_config('lock_timeout', '", std::to_string(lock_ms),
                         "', false), set_config('jit', 'off', false), "
                         "set_config('datestyle', 'ISO', false)"});
  }
  ++unanswered_;
  connection_.Send(sql, [this, statement_ms](base::StatusOr<Result> result) {
    --unanswered_;
    if (!result.ok()) {
      error_ = result.status();
      return;
    }
    answered_ = true;
    version_text_ = result->Text(0, 0);
    statement_timeout_ms_ = statement_ms;
  });
}

// The poll loop stands still while a name is looked up: a resolver that takes long has its answer
// there for the next scrape.
int64_t Session::LookUpDeadline() const {
  return begin_ns_ + std::min(kLookUpNanos, (scrape_deadline_ns_ - begin_ns_) / 8);
}

int64_t Session::deadline_ns() const {
  if (phase_ != Phase::kConnecting) return scrape_deadline_ns_;
  return std::min(scrape_deadline_ns_, begin_ns_ + limits_.connect.count());
}

void Session::Finish() {
  if (phase_ == Phase::kConnecting) {
    connection_.Close();
    Give(base::DeadlineExceeded("the server does not answer to a connection"));
  } else if (phase_ != Phase::kIdle) {
    connection_.Abandon();
    statement_timeout_ms_ = 0;  // whether the server took it will not be heard
    Give(base::DeadlineExceeded("the server did not answer within the scrape's time"));
  }
  maker_ = nullptr;
}

void Session::Give(base::Status why) {
  phase_ = Phase::kIdle;
  if (error_.ok()) error_ = std::move(why);
}

namespace {

struct Waiting {
  std::vector<pollfd> fds;
  std::vector<Session*> sessions;
  int64_t deadline_ns = 0;
};

Waiting Unfinished(const std::vector<Session*>& sessions, int64_t now_ns) {
  Waiting waiting;
  for (Session* const session : sessions) {
    if (session->finished()) continue;
    if (session->deadline_ns() <= now_ns) {
      session->Finish();
      continue;
    }
    const bool first = waiting.fds.empty();
    waiting.deadline_ns =
        first ? session->deadline_ns() : std::min(waiting.deadline_ns, session->deadline_ns());
    waiting.fds.push_back({session->fd(), session->events(), 0});
    waiting.sessions.push_back(session);
  }
  return waiting;
}

}  // namespace

void RunSessions(const std::vector<Session*>& sessions, const base::Clock& clock) {
  for (;;) {
    const int64_t now_ns = clock.MonotonicNanos();
    Waiting waiting = Unfinished(sessions, now_ns);
    if (waiting.fds.empty()) return;
    const int64_t wait_ms = (waiting.deadline_ns - now_ns) / kMilli + 1;
    poll(waiting.fds.data(), waiting.fds.size(), static_cast<int>(wait_ms));
    for (size_t i = 0; i < waiting.fds.size(); ++i) {
      if (waiting.fds[i].revents != 0) waiting.sessions[i]->Advance();
    }
  }
}

}  // namespace vedette::exporters::postgres
