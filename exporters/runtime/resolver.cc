#include "exporters/runtime/resolver.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <system_error>
#include <thread>
#include <utility>

#include "base/mutex.h"
#include "base/strings.h"

namespace vedette::exporters {
namespace {

using std::chrono::steady_clock;
using Addresses = base::StatusOr<std::vector<std::string>>;

// A wait is cut into pieces of this length, after which the clock is looked at again.
constexpr std::chrono::milliseconds kWaitPiece{50};
// How long an answer serves.
constexpr std::chrono::seconds kFresh{15};

struct AddrInfoDeleter {
  void operator()(addrinfo* info) const { ::freeaddrinfo(info); }
};

Addresses AskSystem(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (error != 0) return base::Unavailable(base::Concat({"resolve: ", ::gai_strerror(error)}));
  const std::unique_ptr<addrinfo, AddrInfoDeleter> list(found);
  std::vector<std::string> addresses;
  for (const addrinfo* a = list.get(); a != nullptr; a = a->ai_next) {
    char text[NI_MAXHOST];
    if (::getnameinfo(a->ai_addr, a->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) ==
        0) {
      addresses.emplace_back(text);
    }
  }
  if (addresses.empty()) return base::Unavailable("resolve: the host has no address");
  return addresses;
}

struct Question {
  bool is_answered = false;
  base::Status status;
  std::vector<std::string> addresses;
  steady_clock::time_point answered;  // by no clock of ours: it may have gone before the thread

  bool IsStale() const { return is_answered && steady_clock::now() - answered > kFresh; }
};

}  // namespace

// What the threads share with the object, and outlive it with where one hangs.
struct Resolver::Shared {
  base::Mutex mutex;
  base::CondVar answered;
  // By host. Answers go when they are stale, failures with the first who takes them.
  std::map<std::string, Question> asked VEDETTE_GUARDED_BY(mutex);
  int threads VEDETTE_GUARDED_BY(mutex) = 0;
  LookUp look_up;  // const after construction

  void Run(const std::string& host) VEDETTE_EXCLUDES(mutex) {
    Addresses found = look_up(host);
    base::MutexLock lock(mutex);
    --threads;
    Question& question = asked[host];
    question.is_answered = true;
    question.status = found.status();
    if (found.ok()) question.addresses = *std::move(found);
    question.answered = steady_clock::now();
    answered.NotifyAll();
  }

  // Whether `host` is being looked up now, or has been.
  static bool Ask(const std::shared_ptr<Shared>& self, const std::string& host)
      VEDETTE_REQUIRES(self->mutex) {
    std::erase_if(self->asked, [](const auto& one) { return one.second.IsStale(); });
    if (self->asked.contains(host)) return true;
    if (self->threads >= kMaxThreads) return false;
    try {
      std::thread([self, host] { self->Run(host); }).detach();
    } catch (const std::system_error&) {  // no thread to be had
      return false;
    }
    ++self->threads;
    self->asked.emplace(host, Question());
    return true;
  }
};

Resolver::Resolver(const base::Clock* clock) : Resolver(clock, &AskSystem) {}

Resolver::Resolver(const base::Clock* clock, LookUp look_up)
    : clock_(clock), shared_(std::make_shared<Shared>()) {
  shared_->look_up = std::move(look_up);
}

Resolver::~Resolver() = default;

base::StatusOr<std::vector<std::string>> Resolver::Find(const std::string& host,
                                                        int64_t deadline_mono_ns) {
  if (IsNumericHost(host)) return std::vector<std::string>{host};
  base::MutexLock lock(shared_->mutex);
  for (;;) {
    if (!Shared::Ask(shared_, host)) {
      return base::ResourceExhausted("resolve: too many names are being looked up");
    }
    const auto found = shared_->asked.find(host);
    if (found->second.is_answered) {
      if (found->second.status.ok()) return found->second.addresses;
      const base::Status status = found->second.status;
      shared_->asked.erase(found);
      return status;
    }
    const int64_t left = deadline_mono_ns - clock_->MonotonicNanos();
    if (left <= 0) return base::DeadlineExceeded("resolve: no answer in time");
    shared_->answered.WaitFor(shared_->mutex, std::min<std::chrono::nanoseconds>(
                                                  kWaitPiece, std::chrono::nanoseconds(left)));
  }
}

bool IsNumericHost(const std::string& host) {
  in6_addr address{};
  const std::string bare = host.substr(0, host.find('%'));  // a link's zone
  return ::inet_pton(AF_INET, host.c_str(), &address) == 1 ||
         ::inet_pton(AF_INET6, bare.c_str(), &address) == 1;
}

}  // namespace vedette::exporters
