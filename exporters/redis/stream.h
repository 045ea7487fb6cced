#ifndef VEDETTE_EXPORTERS_REDIS_STREAM_H_
#define VEDETTE_EXPORTERS_REDIS_STREAM_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/status.h"
#include "exporters/redis/address.h"
#include "exporters/runtime/resolver.h"

namespace vedette::exporters::redis {

// By when something must be done. A plain value; borrows the clock.
struct Deadline {
  const base::Clock* clock = nullptr;
  int64_t mono_ns = 0;

  int64_t RemainingNanos() const { return mono_ns - clock->MonotonicNanos(); }
  bool Passed() const { return RemainingNanos() <= 0; }
  // The earlier of this and `nanos` from now.
  Deadline AtMost(int64_t nanos) const;
};

// A file descriptor that is closed with it.
class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  ~Fd();
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

// Bytes to and from a server. One thread at a time. Every call ends by its deadline with
// DeadlineExceeded; after any error the stream is of no more use.
class Stream {
 public:
  virtual ~Stream() = default;

  virtual base::Status Write(std::string_view data, const Deadline& deadline) = 0;
  // At least one byte; Unavailable where the server has closed.
  virtual base::StatusOr<size_t> Read(char* buffer, size_t size, const Deadline& deadline) = 0;
  // False where the server has closed or has said something unasked: not to be used again.
  virtual bool IsQuiet() = 0;
};

// Waits until `events` (of poll) are there. `what` is said in the error.
base::Status WaitFor(int fd, short events, const Deadline& deadline, std::string_view what);

// Connects by TCP or a unix socket; the descriptor does not block. A host with several addresses
// has them tried in order; `resolver` finds them.
base::StatusOr<Fd> Connect(const Address& address, const Deadline& deadline, Resolver* resolver);

std::unique_ptr<Stream> NewPlainStream(Fd fd);

}  // namespace vedette::exporters::redis

#endif  // VEDETTE_EXPORTERS_REDIS_STREAM_H_
