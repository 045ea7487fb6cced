#ifndef VEDETTE_BASE_HTTP_SERVER_CORE_H_
#define VEDETTE_BASE_HTTP_SERVER_CORE_H_

#include <map>
#include <memory>
#include <unordered_set>
#include <utility>

#include "base/http/event_loop.h"
#include "base/http/server.h"
#include "base/http/tls_context.h"
#include "base/mutex.h"
#include "base/thread_pool.h"

// Internal to base/http: what the connections of one server share.

namespace vedette::base::http {

class Session;

// A web configuration in force. Immutable, shared by the connections and requests that began
// under it.
struct Security {
  std::shared_ptr<const WebConfig> config;       // never null
  std::shared_ptr<TlsContext> tls;               // null: plain
  std::shared_ptr<Authenticator> authenticator;  // null: everybody may do everything
};

// Owned by the Server; answers that come late hold it weakly. Members without a note are const
// after construction.
struct ServerCore : std::enable_shared_from_this<ServerCore> {
  explicit ServerCore(Server::Options o)
      : options(std::move(o)),
        ingest("http-ingest", options.ingest.threads, options.ingest.queue),
        query("http-query", options.query.threads, options.query.queue, kQueryNice),
        control("http-control", options.control.threads, options.control.queue),
        loop(EventLoop::New()) {}

  ThreadPool& PoolFor(Pool pool) {
    return pool == Pool::kIngest ? ingest : pool == Pool::kQuery ? query : control;
  }
  std::shared_ptr<const Security> CurrentSecurity() const VEDETTE_EXCLUDES(mutex) {
    MutexLock lock(mutex);
    return security;
  }
  void SetSecurity(std::shared_ptr<const Security> s) VEDETTE_EXCLUDES(mutex) {
    MutexLock lock(mutex);
    security = std::move(s);
  }
  // Loop thread: a session began, or ended.
  void Add(const std::shared_ptr<Session>& session) VEDETTE_EXCLUDES(mutex);
  void Remove(const std::shared_ptr<Session>& session) VEDETTE_EXCLUDES(mutex);
  // Any thread.
  void CountAnswer(int status) VEDETTE_EXCLUDES(mutex);

  const Server::Options options;
  std::unique_ptr<FileSystem> own_fs;  // when the options have none
  FileSystem* fs = nullptr;

  // Many queries at once leave the processor to pushes, probes and alerts.
  static constexpr int kQueryNice = 5;

  // Own synchronisation.
  ThreadPool ingest;
  ThreadPool query;
  ThreadPool control;

  mutable Mutex mutex;
  CondVar sessions_gone;
  std::shared_ptr<const Security> security VEDETTE_GUARDED_BY(mutex);
  size_t session_count VEDETTE_GUARDED_BY(mutex) = 0;
  std::map<int, Counter*> answers VEDETTE_GUARDED_BY(mutex);  // by status, made at the first

  // Loop thread only.
  std::unordered_set<std::shared_ptr<Session>> sessions;
  bool stopping = false;
  uint64_t buffered_bytes = 0;  // of requests that are read or handled

  // Last, so that it and the callbacks in it die first.
  std::unique_ptr<EventLoop> loop;
};

}  // namespace vedette::base::http

#endif  // VEDETTE_BASE_HTTP_SERVER_CORE_H_
