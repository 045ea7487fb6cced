#ifndef VEDETTE_EXPORTERS_NODE_NETLINK_H_
#define VEDETTE_EXPORTERS_NODE_NETLINK_H_

#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "exporters/node/source_file.h"

namespace vedette::exporters::node {

// The struct that `bytes` begin with, or nothing where they are too few.
template <typename T>
std::optional<T> ReadStruct(std::string_view bytes) {
  if (bytes.size() < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

template <typename T>
std::string_view AsBytes(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(T)};
}

// One message of an answer, without its header.
struct NetlinkMessage {
  uint16_t type = 0;
  std::string_view body;
};

// The messages of a datagram. Stops at the first whose length does not fit. Borrows the bytes.
class MessageScanner {
 public:
  explicit MessageScanner(std::string_view datagram) : rest_(datagram) {}
  bool Next(NetlinkMessage* message);
  uint32_t sequence() const { return sequence_; }  // of the message given last

 private:
  std::string_view rest_;
  uint32_t sequence_ = 0;
};

// Attributes, nested or not. Stops at the first whose length does not fit. Borrows the bytes.
class AttributeScanner {
 public:
  explicit AttributeScanner(std::string_view bytes) : rest_(bytes) {}
  bool Next(uint16_t* type, std::string_view* value);

 private:
  std::string_view rest_;
};

// Appends one attribute with its padding.
void AppendAttribute(uint16_t type, std::string_view value, std::string* out);

// The text of an attribute up to its first zero byte.
std::string_view AttributeText(std::string_view value);

// A netlink socket, opened at the first request and kept. One thread; one owner.
class NetlinkSocket {
 public:
  // NETLINK_ROUTE and the like. `what` names the requests in errors.
  NetlinkSocket(int protocol, std::string what) : protocol_(protocol), what_(std::move(what)) {}

  // Sends one request and gives the messages of its answer to `take`. `flags` are NLM_F_DUMP, or
  // NLM_F_ACK where one answer is awaited. An error of the kernel's is the status of FromErrno;
  // after any error the socket is opened anew.
  base::Status Ask(uint16_t type, uint16_t flags, std::string_view body,
                   const std::function<void(const NetlinkMessage&)>& take);

 private:
  base::Status Open();
  base::Status Send(uint16_t type, uint16_t flags, std::string_view body);
  base::Status Receive(const std::function<void(const NetlinkMessage&)>& take);
  // Whether the answer ends in this datagram.
  base::StatusOr<bool> Take(std::string_view datagram,
                            const std::function<void(const NetlinkMessage&)>& take) const;

  const int protocol_;
  const std::string what_;
  OpenFile socket_;
  uint32_t sequence_ = 0;
  std::vector<char> buffer_;
};

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_NETLINK_H_
