#include "base/http/tls_context.h"

#include <boost/asio/ssl/context.hpp>
#include <string>
#include <utility>

#include "base/http/asio_types.h"
#include "base/strings.h"

namespace vedette::base::http {
namespace {

using ErrorCode = boost::system::error_code;
namespace ssl = asio::ssl;

struct ClientAuth {
  std::string_view name;
  int mode;          // of SSL_CTX_set_verify
  bool check_chain;  // against client_ca_file
};
constexpr ClientAuth kClientAuths[] = {
    {"", ssl::verify_none, false},
    {"NoClientCert", ssl::verify_none, false},
    {"RequestClientCert", ssl::verify_peer, false},
    {"RequireAnyClientCert", ssl::verify_peer | ssl::verify_fail_if_no_peer_cert, false},
    {"VerifyClientCertIfGiven", ssl::verify_peer, true},
    {"RequireAndVerifyClientCert", ssl::verify_peer | ssl::verify_fail_if_no_peer_cert, true},
};

struct Version {
  std::string_view name;
  int number;
};
constexpr Version kVersions[] = {{"TLS10", TLS1_VERSION},
                                 {"TLS11", TLS1_1_VERSION},
                                 {"TLS12", TLS1_2_VERSION},
                                 {"TLS13", TLS1_3_VERSION}};

const ClientAuth* FindClientAuth(std::string_view name) {
  for (const ClientAuth& auth : kClientAuths) {
    if (auth.name == name) return &auth;
  }
  return nullptr;
}

int VersionNumber(std::string_view name) {
  for (const Version& version : kVersions) {
    if (version.name == name) return version.number;
  }
  return TLS1_2_VERSION;
}

// A file that a configuration names: `place` is where, or the key alone.
struct NamedFile {
  const std::string& path;
  std::string place;
};

NamedFile Named(const std::string& path, const std::string& place, std::string_view key) {
  return {path, place.empty() ? std::string(key) : place};
}

StatusOr<std::string> Read(const NamedFile& file, FileSystem* fs) {
  StatusOr<std::string> text = fs->ReadFile(file.path);
  if (text.ok()) return text;
  return InvalidArgument(Concat({file.place, ": ", Message(text.status())}));
}

Status FileError(const NamedFile& file, const ErrorCode& error) {
  return InvalidArgument(Concat({file.place, ": ", file.path, ": ", error.message()}));
}

Status LoadPair(const NamedFile& cert_file, const NamedFile& key_file, FileSystem* fs,
                ssl::context* context) {
  VEDETTE_ASSIGN_OR_RETURN(const std::string cert, Read(cert_file, fs));
  VEDETTE_ASSIGN_OR_RETURN(const std::string key, Read(key_file, fs));
  ErrorCode error;
  context->use_certificate_chain(asio::buffer(cert), error);
  if (error) return FileError(cert_file, error);
  context->use_private_key(asio::buffer(key), ssl::context::pem, error);
  if (error) return FileError(key_file, error);
  return absl::OkStatus();
}

Status LoadAuthority(const NamedFile& ca_file, FileSystem* fs, ssl::context* context) {
  VEDETTE_ASSIGN_OR_RETURN(const std::string ca, Read(ca_file, fs));
  ErrorCode error;
  context->add_certificate_authority(asio::buffer(ca), error);
  return error ? FileError(ca_file, error) : absl::OkStatus();
}

Status SetClientAuth(const WebConfig::Tls& tls, FileSystem* fs, ssl::context* context) {
  const ClientAuth* auth = FindClientAuth(tls.client_auth_type);
  if (auth == nullptr) {
    return InvalidArgument(Concat({"client_auth_type: unknown ", tls.client_auth_type}));
  }
  if (!tls.client_ca_file.empty()) {
    VEDETTE_RETURN_IF_ERROR(LoadAuthority(
        Named(tls.client_ca_file, tls.client_ca_file_place, "client_ca_file"), fs, context));
  }
  ErrorCode error;
  context->set_verify_mode(auth->mode, error);
  if (!auth->check_chain && auth->mode != ssl::verify_none) {
    context->set_verify_callback([](bool, ssl::verify_context&) { return true; }, error);
  }
  return absl::OkStatus();
}

}  // namespace

bool IsClientAuthType(std::string_view name) { return FindClientAuth(name) != nullptr; }

bool IsTlsVersion(std::string_view name) {
  for (const Version& version : kVersions) {
    if (version.name == name) return true;
  }
  return false;
}

StatusOr<std::shared_ptr<TlsContext>> NewServerTls(const WebConfig::Tls& tls, FileSystem* fs) {
  auto made = std::make_shared<TlsContext>(ssl::context::tls_server);
  VEDETTE_RETURN_IF_ERROR(LoadPair(Named(tls.cert_file, tls.cert_file_place, "cert_file"),
                                   Named(tls.key_file, tls.key_file_place, "key_file"), fs,
                                   &made->context));
  VEDETTE_RETURN_IF_ERROR(SetClientAuth(tls, fs, &made->context));
  SSL_CTX* native = made->context.native_handle();
  SSL_CTX_set_min_proto_version(native, VersionNumber(tls.min_version));
  // Without an id of its own a context that asks for client certificates cannot resume sessions.
  constexpr unsigned char kSessionId[] = "vedette";
  SSL_CTX_set_session_id_context(native, kSessionId, sizeof kSessionId - 1);
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  return made;
}

StatusOr<std::shared_ptr<TlsContext>> NewClientTls(const TlsClientOptions& tls, FileSystem* fs) {
  auto made = std::make_shared<TlsContext>(ssl::context::tls_client);
  ErrorCode error;
  // A file that was named is read even where nobody is verified, so that a wrong name shows; the
  // machine's bundle costs milliseconds and more than a megabyte.
  if (!tls.ca_file.empty()) {
    VEDETTE_RETURN_IF_ERROR(LoadAuthority(Named(tls.ca_file, {}, "ca_file"), fs, &made->context));
  } else if (!tls.insecure_skip_verify) {
    made->context.set_default_verify_paths(error);
  }
  if (!tls.cert_file.empty()) {
    VEDETTE_RETURN_IF_ERROR(LoadPair(Named(tls.cert_file, {}, "cert_file"),
                                     Named(tls.key_file, {}, "key_file"), fs, &made->context));
  }
  made->context.set_verify_mode(tls.insecure_skip_verify ? ssl::verify_none : ssl::verify_peer,
                                error);
  SSL_CTX_set_min_proto_version(made->context.native_handle(), TLS1_2_VERSION);
  return made;
}

}  // namespace vedette::base::http
