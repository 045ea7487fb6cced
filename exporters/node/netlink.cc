#include "exporters/node/netlink.h"

#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <cerrno>

#include "base/strings.h"

namespace vedette::exporters::node {
namespace {

// The kernel makes no datagram of a dump larger than this.
constexpr size_t kReceiveBuffer = 32u << 10;
constexpr timeval kReceiveTimeout = {2, 0};

// Netlink pads every part to four bytes.
size_t Padded(size_t size) { return (size + 3) & ~size_t{3}; }

// A part of `length` bytes, its header's `header` included, taken off the front; nothing where the
// length does not fit.
std::optional<std::string_view> TakePart(size_t length, size_t header, std::string_view* rest) {
  if (length < header || length > rest->size()) return std::nullopt;
  const std::string_view body = rest->substr(header, length - header);
  rest->remove_prefix(std::min(Padded(length), rest->size()));
  return body;
}

}  // namespace

bool MessageScanner::Next(NetlinkMessage* message) {
  const auto header = ReadStruct<nlmsghdr>(rest_);
  if (!header) return false;
  const auto body = TakePart(header->nlmsg_len, sizeof(nlmsghdr), &rest_);
  if (!body) return false;
  message->type = header->nlmsg_type;
  message->body = *body;
  sequence_ = header->nlmsg_seq;
  return true;
}

bool AttributeScanner::Next(uint16_t* type, std::string_view* value) {
  const auto header = ReadStruct<nlattr>(rest_);
  if (!header) return false;
  const auto body = TakePart(header->nla_len, sizeof(nlattr), &rest_);
  if (!body) return false;
  *type = header->nla_type & NLA_TYPE_MASK;
  *value = *body;
  return true;
}

void AppendAttribute(uint16_t type, std::string_view value, std::string* out) {
  nlattr header;
  header.nla_len = static_cast<uint16_t>(sizeof header + value.size());
  header.nla_type = type;
  *out += AsBytes(header);
  *out += value;
  out->append(Padded(value.size()) - value.size(), '\0');
}

std::string_view AttributeText(std::string_view value) { return value.substr(0, value.find('\0')); }

base::Status NetlinkSocket::Ask(uint16_t type, uint16_t flags, std::string_view body,
                                const std::function<void(const NetlinkMessage&)>& take) {
  VEDETTE_RETURN_IF_ERROR(Open());
  base::Status status = Send(type, flags, body);
  if (status.ok()) status = Receive(take);
  if (!status.ok()) socket_.Close();  // the rest of the answer must not meet the next request
  return status;
}

base::Status NetlinkSocket::Open() {
  if (socket_.fd() >= 0) return base::Status();
  socket_ = OpenFile(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol_));
  if (socket_.fd() < 0) return base::FromErrno(errno, what_ + ": socket");
  ::setsockopt(socket_.fd(), SOL_SOCKET, SO_RCVTIMEO, &kReceiveTimeout, sizeof kReceiveTimeout);
  buffer_.resize(kReceiveBuffer);
  return base::Status();
}

base::Status NetlinkSocket::Send(uint16_t type, uint16_t flags, std::string_view body) {
  nlmsghdr header{};
  header.nlmsg_len = static_cast<uint32_t>(sizeof header + body.size());
  header.nlmsg_type = type;
  header.nlmsg_flags = static_cast<uint16_t>(NLM_F_REQUEST | flags);
  header.nlmsg_seq = ++sequence_;
  const std::string message = base::Concat({AsBytes(header), body});
  if (::send(socket_.fd(), message.data(), message.size(), 0) < 0) {
    return base::FromErrno(errno, what_ + ": send");
  }
  return base::Status();
}

base::Status NetlinkSocket::Receive(const std::function<void(const NetlinkMessage&)>& take) {
  while (true) {
    const ssize_t n = ::recv(socket_.fd(), buffer_.data(), buffer_.size(), MSG_TRUNC);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return base::FromErrno(errno, what_ + ": receive");
    const auto size = static_cast<size_t>(n);
    if (size == 0 || size > buffer_.size()) {
      return base::DataLoss(what_ + ": found a datagram of " + std::to_string(size) + " bytes");
    }
    VEDETTE_ASSIGN_OR_RETURN(const bool is_last,
                             Take(std::string_view(buffer_.data(), size), take));
    if (is_last) return base::Status();
  }
}

base::StatusOr<bool> NetlinkSocket::Take(
    std::string_view datagram, const std::function<void(const NetlinkMessage&)>& take) const {
  MessageScanner messages(datagram);
  NetlinkMessage message;
  while (messages.Next(&message)) {
    if (messages.sequence() != sequence_) continue;
    if (message.type == NLMSG_DONE) return true;
    if (message.type == NLMSG_ERROR) {
      const auto error = ReadStruct<nlmsgerr>(message.body);
      if (error && error->error == 0) return true;
      return base::FromErrno(error ? -error->error : EPROTO, what_);
    }
    take(message);
  }
  return false;
}

}  // namespace vedette::exporters::node
