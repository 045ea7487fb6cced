#ifndef VEDETTE_BASE_HTTP_CONFIGURED_CLIENT_H_
#define VEDETTE_BASE_HTTP_CONFIGURED_CLIENT_H_

#include <functional>
#include <memory>
#include <string>

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
// Credentials and configured headers go to the origin that was asked for only, never to where a
// redirect leads. Thread-safe; one a configuration, shared by all who send under it.
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
  // tokens that are not given. At most ten redirects are followed, by GET and HEAD alone.
  StatusOr<Response> Send(ClientRequest request) const;

  const ClientConfig& config() const { return config_; }

 private:
  Status Authorize(const ClientRequest& request, Headers* headers) const;
  Status AddHeaders(Headers* headers) const;
  Status Route(const ProxyConfig& proxy, ClientRequest* request) const;
  StatusOr<Secret> Token(const ClientRequest& request) const VEDETTE_EXCLUDES(token_mutex_);
  StatusOr<Response> AskForToken(const ClientRequest& request, bool in_body) const;

  const ClientConfig config_;
  const Options options_;
  const std::unique_ptr<Client> client_;
  const std::unique_ptr<Client> token_client_;  // null: no OAuth2

  mutable Mutex token_mutex_;
  mutable Secret token_ VEDETTE_GUARDED_BY(token_mutex_);
  mutable int64_t token_end_ns_ VEDETTE_GUARDED_BY(token_mutex_) = 0;  // monotonic
  mutable bool token_in_body_ VEDETTE_GUARDED_BY(token_mutex_) = false;
};

}  // namespace vedette::base::http

#endif  // VEDETTE_BASE_HTTP_CONFIGURED_CLIENT_H_
