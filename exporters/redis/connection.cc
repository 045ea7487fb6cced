#include "exporters/redis/connection.h"

#include <hiredis/hiredis.h>

#include "base/strings.h"

namespace vedette::exporters::redis {
namespace {

constexpr size_t kReadBytes = 16 << 10;

// The code of an error reply, "WRONGPASS". The rest may repeat what was sent: a server that knows
// no AUTH does.
std::string ErrorCode(const std::string& text) {
  const std::string code = text.substr(0, text.find(' '));
  const bool is_code = !code.empty() && code.size() <= 32 &&
                       code.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == std::string::npos;
  return is_code ? code : "an error";
}

base::StatusOr<std::unique_ptr<Stream>> OpenStream(const Address& address, const TlsContext* tls,
                                                   const Deadline& deadline, Resolver* resolver) {
  VEDETTE_ASSIGN_OR_RETURN(Fd fd, Connect(address, deadline, resolver));
  if (!address.is_tls()) return NewPlainStream(std::move(fd));
  if (tls == nullptr) return base::Internal("no TLS settings for a TLS address");
  auto stream = tls->Handshake(std::move(fd), address.host, deadline);
  if (!stream.ok()) return base::Annotate(stream.status(), "dial " + address.ForMessages());
  return stream;
}

}  // namespace

void AppendCommand(const Command& command, std::string* out) {
  std::vector<const char*> words;
  std::vector<size_t> sizes;
  for (const std::string& word : command) {
    words.push_back(word.data());
    sizes.push_back(word.size());
  }
  char* text = nullptr;
  const int size =
      redisFormatCommandArgv(&text, static_cast<int>(words.size()), words.data(), sizes.data());
  VEDETTE_CHECK(size > 0);  // only memory or no words at all can fail it
  out->append(text, static_cast<size_t>(size));
  redisFreeCommand(text);
}

base::StatusOr<std::unique_ptr<Connection>> Connection::Open(const Address& address,
                                                             const Login& login,
                                                             const TlsContext* tls,
                                                             const Deadline& deadline,
                                                             Resolver* resolver) {
  VEDETTE_ASSIGN_OR_RETURN(std::unique_ptr<Stream> stream,
                           OpenStream(address, tls, deadline, resolver));
  std::unique_ptr<Connection> connection(new Connection(std::move(stream)));
  VEDETTE_RETURN_IF_ERROR(connection->LogIn(address, login, deadline));
  return connection;
}

base::Status Connection::LogIn(const Address& address, const Login& login,
                               const Deadline& deadline) {
  std::vector<Command> commands;
  if (!login.password.empty()) {
    Command& auth = commands.emplace_back(Command{"AUTH"});
    if (!login.user.empty()) auth.push_back(login.user);
    auth.push_back(login.password.Reveal());
  }
  if (address.database != 0) commands.push_back({"SELECT", std::to_string(address.database)});
  if (!login.client_name.empty()) commands.push_back({"CLIENT", "SETNAME", login.client_name});
  if (commands.empty()) return base::Status();
  VEDETTE_ASSIGN_OR_RETURN(const std::vector<Reply> replies, Run(commands, deadline));
  for (size_t i = 0; i < replies.size(); ++i) {
    if (!replies[i].is_error() || commands[i][0] == "CLIENT") continue;
    return base::PermissionDenied(
        base::Concat({"dial ", address.ForMessages(), ": ", commands[i][0], " was answered with ",
                      ErrorCode(replies[i].text)}));
  }
  database_ = address.database;
  return base::Status();
}

base::StatusOr<std::vector<Reply>> Connection::Run(std::span<const Command> commands,
                                                   const Deadline& deadline) {
  std::string request;
  for (const Command& command : commands) AppendCommand(command, &request);
  VEDETTE_RETURN_IF_ERROR(stream_->Write(request, deadline));
  std::vector<Reply> replies;
  replies.reserve(commands.size());
  while (replies.size() < commands.size()) {
    VEDETTE_ASSIGN_OR_RETURN(Reply reply, ReadReply(deadline));
    replies.push_back(std::move(reply));
  }
  return replies;
}

base::StatusOr<Reply> Connection::RunOne(Command command, const Deadline& deadline) {
  const Command commands[] = {std::move(command)};
  VEDETTE_ASSIGN_OR_RETURN(std::vector<Reply> replies, Run(commands, deadline));
  return std::move(replies.front());
}

base::StatusOr<bool> Connection::Select(int database, const Deadline& deadline) {
  if (database == database_) return true;
  VEDETTE_ASSIGN_OR_RETURN(const Reply reply,
                           RunOne({"SELECT", std::to_string(database)}, deadline));
  if (reply.is_error()) return false;
  database_ = database;
  return true;
}

base::StatusOr<Reply> Connection::ReadReply(const Deadline& deadline) {
  buffer_.resize(kReadBytes);
  while (true) {
    VEDETTE_ASSIGN_OR_RETURN(std::optional<Reply> reply, reader_.Next());
    if (reply) return *std::move(reply);
    VEDETTE_ASSIGN_OR_RETURN(const size_t n,
                             stream_->Read(buffer_.data(), buffer_.size(), deadline));
    VEDETTE_RETURN_IF_ERROR(reader_.Feed({buffer_.data(), n}));
  }
}

}  // namespace vedette::exporters::redis
