#ifndef VEDETTE_BASE_DESCRIPTOR_H_
#define VEDETTE_BASE_DESCRIPTOR_H_

#include <unistd.h>

#include <utility>

namespace vedette::base {

// Owns a file descriptor and closes it; below 0 there is none. One thread.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(Descriptor&& other) noexcept : fd_(other.Release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  int get() const { return fd_; }
  // From here on it is the caller's.
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

}  // namespace vedette::base

#endif  // VEDETTE_BASE_DESCRIPTOR_H_
