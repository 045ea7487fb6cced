#ifndef VEDETTE_EXPORTERS_REDIS_ADDRESS_H_
#define VEDETTE_EXPORTERS_REDIS_ADDRESS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "base/secrets.h"
#include "base/status.h"

namespace vedette::exporters::redis {

// A server's address taken apart. A plain value.
struct Address {
  std::string scheme = "redis";  // as given: "redis", "rediss", "valkey", "valkeys", "unix"
  std::string host;              // without brackets; empty for a unix socket
  uint16_t port = 6379;
  std::string unix_path;
  std::string user;
  base::Secret password;
  int database = 0;

  bool is_tls() const { return scheme == "rediss" || scheme == "valkeys"; }
  bool is_unix() const { return scheme == "unix"; }
  // "tcp 127.0.0.1:6379" or "unix /run/redis.sock": for messages.
  std::string ForMessages() const;
  // "redis://host:6379/1", never with a user or a password.
  std::string Uri() const;
  // The same with `user`, as a password file names it.
  std::string UriOf(std::string_view user) const;
};

// "redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE]", the same with rediss, valkey and valkeys,
// "unix:///PATH", "HOST[:PORT]". Errors never repeat user or password.
base::StatusOr<Address> ParseAddress(std::string_view text);

}  // namespace vedette::exporters::redis

#endif  // VEDETTE_EXPORTERS_REDIS_ADDRESS_H_
