#ifndef VEDETTE_TESTS_BASE_HTTP_RAW_CLIENT_H_
#define VEDETTE_TESTS_BASE_HTTP_RAW_CLIENT_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace vedette::test {

// A bare TCP connection, for what a proper client would never send. Blocking, one thread.
class RawClient {
 public:
  explicit RawClient(uint16_t port);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void Send(std::string_view bytes);
  // Everything until the server closes.
  std::string ReadAll();
  // Until `text` was received; what came so far when the server closes first.
  std::string ReadUntil(std::string_view text);
  void Close();

 private:
  bool ReadSome(std::string* out);
  int fd_ = -1;
};

}  // namespace vedette::test

#endif  // VEDETTE_TESTS_BASE_HTTP_RAW_CLIENT_H_
