#ifndef VEDETTE_EXPORTERS_REDIS_CONNECTION_H_
#define VEDETTE_EXPORTERS_REDIS_CONNECTION_H_

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/secrets.h"
#include "base/status.h"
#include "exporters/redis/address.h"
#include "exporters/redis/reply.h"
#include "exporters/redis/stream.h"
#include "exporters/redis/tls_stream.h"

namespace vedette::exporters::redis {

// A command's words.
using Command = std::vector<std::string>;

// Who we say we are.
struct Login {
  std::string user;  // empty: the default user
  base::Secret password;
  std::string client_name;  // empty: none is set
};

// One connection to one server: commands go out together, replies come back in order. One thread
// at a time. After an error of Run it is of no more use.
class Connection {
 public:
  // Connects, logs in, chooses the address's database and sets the client's name. `tls` may be null
  // where the address is a plain one. Errors name the address and never the password.
  static base::StatusOr<std::unique_ptr<Connection>> Open(const Address& address,
                                                          const Login& login, const TlsContext* tls,
                                                          const Deadline& deadline,
                                                          Resolver* resolver);

  // Sends all commands at once; as many replies, in order. A reply may be an error; Run fails only
  // when the connection does.
  base::StatusOr<std::vector<Reply>> Run(std::span<const Command> commands,
                                         const Deadline& deadline);
  base::StatusOr<Reply> RunOne(Command command, const Deadline& deadline);

  // Chooses a database unless it is the chosen one. False where the server refuses.
  base::StatusOr<bool> Select(int database, const Deadline& deadline);

  // False where the server has closed the connection meanwhile.
  bool IsAlive() { return stream_->IsQuiet(); }

 private:
  explicit Connection(std::unique_ptr<Stream> stream) : stream_(std::move(stream)) {}
  base::Status LogIn(const Address& address, const Login& login, const Deadline& deadline);
  base::StatusOr<Reply> ReadReply(const Deadline& deadline);

  std::unique_ptr<Stream> stream_;
  ReplyReader reader_;
  std::vector<char> buffer_;
  int database_ = 0;
};

// The wire form of `command`, appended to `out`.
void AppendCommand(const Command& command, std::string* out);

}  // namespace vedette::exporters::redis

#endif  // VEDETTE_EXPORTERS_REDIS_CONNECTION_H_
