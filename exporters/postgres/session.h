#ifndef VEDETTE_EXPORTERS_POSTGRES_SESSION_H_
#define VEDETTE_EXPORTERS_POSTGRES_SESSION_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "exporters/postgres/connection.h"
#include "exporters/postgres/data_source.h"
#include "exporters/postgres/result.h"

namespace vedette::exporters::postgres {

// One database of one server, through its one connection, scrape after scrape. A scrape is Begin,
// Advance whenever the poll loop says so, Finish. One thread at a time.
class Session {
 public:
  struct Task {
    std::string sql;
    Connection::Handler done;
  };
  // What to ask, told once the server's version is known.
  using TaskMaker = std::function<std::vector<Task>(Session*)>;
  struct Limits {
    std::chrono::nanoseconds connect;
    std::chrono::nanoseconds lock;
  };

  Session(const LibPq* pq, const base::Clock* clock, Resolver* resolver, DataSource source,
          Limits limits);

  // Connects or takes the connection there is; `maker` is called when it is ready, within this
  // scrape. A connection that turns out to be dead before it answered is opened anew, once.
  void Begin(TaskMaker maker, int64_t deadline_ns);
  void Advance();
  // True once every task is answered, or none ever will be.
  bool finished() const { return phase_ == Phase::kIdle; }
  // When to give up, by the monotonic clock. Not once finished().
  int64_t deadline_ns() const;
  // Ends the scrape: tasks that have no answer get none.
  void Finish();

  int fd() const { return connection_.fd(); }
  short events() const { return connection_.events(); }

  std::string_view database() const { return database_; }
  bool connected() const { return connection_.open(); }
  // 150018. Only within TaskMaker and tasks.
  int server_version() const { return connection_.server_version(); }
  const std::string& version_text() const { return version_text_; }
  // Whether the server answered in this scrape, and if not, why.
  bool answered() const { return answered_; }
  const base::Status& error() const { return error_; }

 private:
  enum class Phase { kIdle, kConnecting, kDraining, kRunning };
  void Step();
  void Run();
  void SendSetUp();
  bool TryAgain();
  void Give(base::Status why);
  int64_t LookUpDeadline() const;

  const base::Clock* const clock_;
  const std::string database_;
  const Limits limits_;
  Connection connection_;
  TaskMaker maker_;
  Phase phase_ = Phase::kIdle;
  int64_t begin_ns_ = 0;
  int64_t scrape_deadline_ns_ = 0;
  bool reused_ = false;
  bool answered_ = false;
  size_t unanswered_ = 0;
  int64_t statement_timeout_ms_ = 0;  // what the server's session has; 0: not told yet
  std::string version_text_;
  base::Status error_;
};

// Runs sessions that have begun, all at the same time, until each has finished or its deadline has
// passed. Tasks may add sessions to the list.
void RunSessions(const std::vector<Session*>& sessions, const base::Clock& clock);

}  // namespace vedette::exporters::postgres

#endif  // VEDETTE_EXPORTERS_POSTGRES_SESSION_H_
