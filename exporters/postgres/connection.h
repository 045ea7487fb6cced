#ifndef VEDETTE_EXPORTERS_POSTGRES_CONNECTION_H_
#define VEDETTE_EXPORTERS_POSTGRES_CONNECTION_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/status.h"
#include "exporters/postgres/data_source.h"
#include "exporters/postgres/result.h"
#include "exporters/runtime/resolver.h"

struct pg_conn;

namespace vedette::exporters::postgres {

struct LibPq;

// One connection to one database, driven by a poll loop: nothing here waits for the server. Queries
// are pipelined, each its own transaction, so that one that fails costs only itself. Answers come
// in the order of the queries. Opened at need, kept between scrapes, closed when it breaks. One
// thread at a time.
class Connection {
 public:
  // Takes the answer to one query, or why there is none.
  using Handler = std::function<void(base::StatusOr<Result>)>;

  // Borrows all three. `source` names server, database and user.
  Connection(const LibPq* pq, const base::Clock* clock, Resolver* resolver, DataSource source);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Begins to connect where the connection is closed; finds out whether an open one still stands,
  // and opens it anew if not. Waits for the address of a host's name until `lookup_deadline_ns` at
  // the latest; only a list of hosts, or a service file's, is looked up by libpq itself, which
  // knows no deadline.
  void Begin(int64_t lookup_deadline_ns);
  // Only while open(). `handler` is called from Advance, once, unless Abandon comes first.
  void Send(const std::string& sql, Handler handler);
  // Does what can be done without waiting: connects on, writes, reads, calls handlers.
  void Advance();
  // Forgets the handlers. What was sent is still answered by the server: the answers are thrown
  // away as they come, and until then drained() is false. So a server that is slow to answer is
  // never asked a second time over a second connection.
  void Abandon();
  void Close();

  bool open() const { return state_ == State::kOpen; }
  bool closed() const { return state_ == State::kClosed; }
  bool drained() const { return pending_.empty(); }
  // Why it is closed; OK where it was never open or Close was called.
  const base::Status& error() const { return error_; }
  // 150004 for 15.4. Only while open().
  int server_version() const;
  // When, by the monotonic clock, the server last gave a sign of life.
  int64_t last_heard_ns() const { return last_heard_ns_; }

  // What the poll loop waits for. Not while closed().
  int fd() const;
  short events() const { return events_; }

 private:
  enum class State { kClosed, kConnecting, kOpen };
  struct Finish {
    const LibPq* pq;
    void operator()(pg_conn* connection) const;
  };
  struct Pending {
    Handler handler;
    bool answered = false;
  };
  void Connect(int64_t lookup_deadline_ns);
  void Opened();
  void ReadResults();
  void TakeResult(pg_result* result);
  void Fail(std::string_view what);
  base::Status ErrorOf(const pg_result* result) const;
  std::string Redacted(std::string_view message) const;

  const LibPq* const pq_;
  const base::Clock* const clock_;
  Resolver* const resolver_;
  const DataSource source_;
  std::unique_ptr<pg_conn, Finish> connection_;
  State state_ = State::kClosed;
  short events_ = 0;
  base::Status error_;
  int64_t last_heard_ns_ = 0;
  std::deque<Pending> pending_;
};

}  // namespace vedette::exporters::postgres

#endif  // VEDETTE_EXPORTERS_POSTGRES_CONNECTION_H_
