#ifndef VEDETTE_EXPORTERS_RUNTIME_RESOLVER_H_
#define VEDETTE_EXPORTERS_RUNTIME_RESOLVER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"

namespace vedette::exporters {

// Looks up the addresses of hosts for those who have a deadline: the system's resolver knows none,
// so it is asked on threads of its own. A look-up that is not answered in time goes on; until its
// answer comes the name is not asked for again, and for 15 s it serves who asks then. At most
// kMaxThreads names are being looked up; more are told to come again.
//
// The destructor waits for nobody: a thread inside a resolver that hangs holds no more than the
// state that it shares with its fellows. Thread-safe.
class Resolver {
 public:
  // The numeric addresses of a host, or why there are none. Blocks.
  using LookUp = std::function<base::StatusOr<std::vector<std::string>>(const std::string& host)>;

  explicit Resolver(const base::Clock* clock);  // with the system's getaddrinfo(3)
  Resolver(const base::Clock* clock, LookUp look_up);
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // Its addresses, numeric and in the system's order; a numeric `host` is its own. DeadlineExceeded
  // where they are not there by `deadline_mono_ns`, Unavailable with the system's words otherwise.
  base::StatusOr<std::vector<std::string>> Find(const std::string& host, int64_t deadline_mono_ns);

  static constexpr int kMaxThreads = 8;

 private:
  struct Shared;
  const base::Clock* const clock_;
  const std::shared_ptr<Shared> shared_;
};

// Whether `host` is an address already.
bool IsNumericHost(const std::string& host);

}  // namespace vedette::exporters

#endif  // VEDETTE_EXPORTERS_RUNTIME_RESOLVER_H_
