#ifndef VEDETTE_BASE_HTTP_CONFIGURED_CLIENT_H_
#define VEDETTE_BASE_HTTP_CONFIGURED_CLIENT_H_

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/fs.h"
#include "base/http/client.h"
#include "base/http/client_config.h"
#include "base/http/proxy.h"
#include "base/mutex.h"
#include "base/status.h"

namespace vedette::base::http {

using ClientFactory = std::function<std::unique_ptr<Client>(const TlsClientOptions&)>;

// Sends requests as a ClientConfig says: with its credentials and headers, through its proxy, after
// redirects. Secrets are read from their files at each request, so that rotation needs no restart.
// Credentials and configured headers go to the origin that was asked for only, or to the same host
// by https, never to where else a redirect leads. Thread-safe; one a configuration, shared by all
// who send under it.
class ConfiguredClient {
 public:
  struct Options {
    FileSystem* fs = nullptr;
    Clock* clock = nullptr;
    ClientFactory new_client = nullptr;  // null: NewClient
    Environment environment = nullptr;   // null: the process' own
  };

  ConfiguredClient(ClientConfig config, Options options);

  // As Client::Send, which errors are its own besides those of secrets that cannot be read and of
  // tokens that are not given. At most ten redirects are followed: 307 and 308 with the body,
  // others by GET and HEAD alone. The request's timeout holds for all of that together.
  StatusOr<Response> Send(ClientRequest request) const;

  const ClientConfig& config() const { return config_; }

 private:
  using Deadline = std::chrono::steady_clock::time_point;
  struct Token {
    Secret header;       // "Bearer TOKEN"
    int64_t end_ns = 0;  // monotonic
  };

  // One hop; a request's timeout is what is left until `deadline`.
  StatusOr<Response> SendOnce(ClientRequest* request, bool trusted, Deadline deadline) const;
  Status Authorize(const ClientRequest& request, Headers* headers, Deadline deadline) const;
  Status AddHeaders(Headers* headers) const;
  Status Route(const ProxyConfig& proxy, ClientRequest* request) const;
  StatusOr<Secret> TokenHeader(const ClientRequest& request, Deadline deadline) const
      VEDETTE_EXCLUDES(token_mutex_);
  // What is known; nothing when this one is to ask.
  std::optional<StatusOr<Secret>> KnownToken(const ClientRequest& request, Deadline deadline) const
      VEDETTE_REQUIRES(token_mutex_);
  StatusOr<Token> FetchToken(const ClientRequest& request, Deadline deadline, bool* in_body) const;
  StatusOr<Response> AskForToken(const ClientRequest& request, Deadline deadline,
                                 bool in_body) const;
  // A server did not take it.
  void ForgetToken(std::string_view header) const VEDETTE_EXCLUDES(token_mutex_);

  const ClientConfig config_;
  const Options options_;
  const std::unique_ptr<Client> client_;
  const std::unique_ptr<Client> token_client_;  // null: no OAuth2

  mutable Mutex token_mutex_;
  mutable CondVar token_changed_;
  mutable Token token_ VEDETTE_GUARDED_BY(token_mutex_);
  mutable bool token_asked_ VEDETTE_GUARDED_BY(token_mutex_) = false;  // somebody asks for it
  mutable Status token_failure_ VEDETTE_GUARDED_BY(token_mutex_);      // of the last who asked
  mutable int64_t token_failed_ns_ VEDETTE_GUARDED_BY(token_mutex_) = 0;
  mutable bool token_in_body_ VEDETTE_GUARDED_BY(token_mutex_) = false;
};

}  // namespace vedette::base::http

#endif  // VEDETTE_BASE_HTTP_CONFIGURED_CLIENT_H_
