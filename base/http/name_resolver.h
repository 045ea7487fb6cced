#ifndef VEDETTE_BASE_HTTP_NAME_RESOLVER_H_
#define VEDETTE_BASE_HTTP_NAME_RESOLVER_H_

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/http/client_connection.h"
#include "base/status.h"

// Internal to base/http: host names on behalf of a client.

namespace vedette::base::http {

// Asks the system's resolver, which knows no deadline, on threads of its own. A name has one
// look-up at a time, which all who ask for it share. kMaxThreads are for look-ups that are not slow
// yet, half as many for names whose last one was; slow ones that go on keep none of these from
// others until there are kMaxThreadsInAll. Thread-safe; owned by a client. Its end waits for
// nobody: a look-up that hangs goes nowhere.
class NameResolver {
 public:
  static constexpr size_t kMaxThreads = 64;
  static constexpr size_t kMaxThreadsInAll = 256;

  using Addresses = std::vector<std::string>;
  // Blocks as long as it likes; may be called after the resolver's end.
  using LookUp = std::function<StatusOr<Addresses>(const std::string& host)>;
  // `slow`: from what time on a look-up is.
  explicit NameResolver(LookUp look_up, std::chrono::milliseconds slow = std::chrono::seconds(1));

  // Numeric addresses of `host`. Unavailable, DeadlineExceeded, Cancelled as `patience` says.
  StatusOr<Addresses> Resolve(const std::string& host, const Patience& patience);

 private:
  struct Asked;
  struct Shared;
  static StatusOr<std::shared_ptr<Asked>> Ask(const std::shared_ptr<Shared>& shared,
                                              const std::string& host);

  const std::shared_ptr<Shared> shared_;  // with the threads
};

}  // namespace vedette::base::http

#endif  // VEDETTE_BASE_HTTP_NAME_RESOLVER_H_
