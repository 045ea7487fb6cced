#ifndef VEDETTE_BASE_HTTP_TLS_CONTEXT_H_
#define VEDETTE_BASE_HTTP_TLS_CONTEXT_H_

#include <memory>

#include "base/fs.h"
#include "base/http/client.h"
#include "base/http/web_config.h"
#include "base/status.h"

// Internal to base/http: loaded certificates and TLS settings.

namespace vedette::base::http {

// Immutable once made, shared by the connections made from it; thread-safe.
class TlsContext;

// Errors name the file and the key that names it, with its place in the web configuration file.
StatusOr<std::shared_ptr<TlsContext>> NewServerTls(const WebConfig::Tls& tls, FileSystem* fs);
StatusOr<std::shared_ptr<TlsContext>> NewClientTls(const TlsClientOptions& tls, FileSystem* fs);

// The names that client_auth_type and min_version may have.
bool IsClientAuthType(std::string_view name);
bool IsTlsVersion(std::string_view name);

}  // namespace vedette::base::http

#endif  // VEDETTE_BASE_HTTP_TLS_CONTEXT_H_
