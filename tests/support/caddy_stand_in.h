#ifndef VEDETTE_TESTS_SUPPORT_CADDY_STAND_IN_H_
#define VEDETTE_TESTS_SUPPORT_CADDY_STAND_IN_H_

#include <map>
#include <memory>
#include <set>
#include <string>

#include "base/clock.h"
#include "base/http/router.h"
#include "base/http/server.h"
#include "base/mutex.h"
#include "base/status.h"
#include "tests/support/capture_logger.h"

namespace vedette::test {

// Caddy's admin interface as far as an exporter asks it: each path gives what a test set.
// Thread-safe.
class CaddyStandIn {
 public:
  static base::StatusOr<std::unique_ptr<CaddyStandIn>> Start();
  ~CaddyStandIn();

  std::string address() const;  // "127.0.0.1:PORT"
  void Answer(const std::string& path, base::http::Response response);
  void Answer(const std::string& path, std::string body);
  // Accepts the call and says nothing until the client hangs up.
  void Hang(const std::string& path);
  std::map<std::string, int> Calls() const;

 private:
  CaddyStandIn() = default;
  base::http::Response Handle(const base::http::Request& request);

  base::SystemClock clock_;
  CaptureLogger logger_;
  base::http::Router router_;
  mutable base::Mutex mutex_;
  std::map<std::string, base::http::Response> answers_ VEDETTE_GUARDED_BY(mutex_);
  std::set<std::string> hanging_ VEDETTE_GUARDED_BY(mutex_);
  std::map<std::string, int> calls_ VEDETTE_GUARDED_BY(mutex_);
  std::unique_ptr<base::http::Server> server_;  // last: ends first
};

}  // namespace vedette::test

#endif  // VEDETTE_TESTS_SUPPORT_CADDY_STAND_IN_H_
