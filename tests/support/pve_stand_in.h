#ifndef VEDETTE_TESTS_SUPPORT_PVE_STAND_IN_H_
#define VEDETTE_TESTS_SUPPORT_PVE_STAND_IN_H_

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/http/router.h"
#include "base/http/server.h"
#include "base/mutex.h"
#include "base/status.h"
#include "tests/support/capture_logger.h"
#include "tests/support/temp_dir.h"

namespace vedette::test {

// The API of a Proxmox VE node as far as an exporter asks it, over TLS with a certificate of its
// own: recorded replies and those that a test gives. It knows one API token and one password; who
// brings neither gets 401, and what was never recorded gets 501, as the real one answers.
// Thread-safe.
class PveStandIn {
 public:
  static constexpr char kUser[] = "prometheus@pve";
  static constexpr char kTokenName[] = "monitoring";
  static constexpr char kTokenValue[] = "8a2f-token-secret";
  static constexpr char kPassword[] = "correct horse&battery";

  // `samples` is a folder of replies named by their path, "cluster_status.json" for
  // /cluster/status; empty: only what Answer gives.
  static base::StatusOr<std::unique_ptr<PveStandIn>> Start(const std::string& samples);
  ~PveStandIn();

  std::string target() const;   // "127.0.0.1:PORT"
  std::string ca_file() const;  // its certificate, which names 127.0.0.1
  // The reply to a GET of `path`, as long as the stand-in lives.
  void Answer(const std::string& path, base::http::Response response);
  void Answer(const std::string& path, std::string json);
  // Accepts the call and says nothing until the client hangs up.
  void Hang(const std::string& path);
  // Every ticket given so far is refused from now on.
  void RevokeTickets();
  // What a login is answered with in place of a ticket.
  void AnswerLogin(base::http::Response response);

  // How often each path was asked, with its query.
  std::map<std::string, int> Calls() const;
  int Logins() const;
  int MostAtOnce() const;

 private:
  explicit PveStandIn(std::string samples) : samples_(std::move(samples)) {}
  base::Status Open();
  base::http::Response Handle(const base::http::Request& request);
  base::http::Response Login(const base::http::Request& request);
  base::http::Response Reply(const std::string& path, const base::http::Request& request);
  base::http::Response Recorded(const std::string& path) const;
  bool IsKnown(const base::http::Request& request) const;
  void Enter();
  void Leave();

  const std::string samples_;
  TempDir dir_;
  base::SystemClock clock_;
  CaptureLogger logger_;
  base::http::Router router_;
  mutable base::Mutex mutex_;
  std::map<std::string, base::http::Response> answers_ VEDETTE_GUARDED_BY(mutex_);
  std::set<std::string> hanging_ VEDETTE_GUARDED_BY(mutex_);
  std::set<std::string> tickets_ VEDETTE_GUARDED_BY(mutex_);
  std::optional<base::http::Response> login_answer_ VEDETTE_GUARDED_BY(mutex_);
  std::map<std::string, int> calls_ VEDETTE_GUARDED_BY(mutex_);
  int logins_ VEDETTE_GUARDED_BY(mutex_) = 0;
  int now_ VEDETTE_GUARDED_BY(mutex_) = 0;
  int most_ VEDETTE_GUARDED_BY(mutex_) = 0;
  std::unique_ptr<base::http::Server> server_;  // last: ends first
};

}  // namespace vedette::test

#endif  // VEDETTE_TESTS_SUPPORT_PVE_STAND_IN_H_
