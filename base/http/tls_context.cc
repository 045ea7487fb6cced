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
  const std::string_view colon = file.path.empty() ? "" : ": ";
  return InvalidArgument(Concat({file.place, ": ", file.path, colon, error.message()}));
}

// The text where there is one, else the file's.
StatusOr<std::string> TextOr(const std::string& text, const NamedFile& file, FileSystem* fs) {
  if (!text.empty()) return text;
  return Read(file, fs);
}

Status UsePair(const std::string& cert, const NamedFile& cert_file, const std::string& key,
               const NamedFile& key_file, ssl::context* context) {
  ErrorCode error;
  context->use_certificate_chain(asio::buffer(cert), error);
  if (error) return FileError(cert_file, error);
  context->use_private_key(asio::buffer(key), ssl::context::pem, error);
  if (error) return FileError(key_file, error);
  return absl::OkStatus();
}

Status LoadPair(const NamedFile& cert_file, const NamedFile& key_file, FileSystem* fs,
                ssl::context* context) {
  VEDETTE_ASSIGN_OR_RETURN(const std::string cert, Read(cert_file, fs));
  VEDETTE_ASSIGN_OR_RETURN(const std::string key, Read(key_file, fs));
  return UsePair(cert, cert_file, key, key_file, context);
}

Status UseAuthority(const std::string& ca, const NamedFile& ca_file, ssl::context* context) {
  ErrorCode error;
  context->add_certificate_authority(asio::buffer(ca), error);
  return error ? FileError(ca_file, error) : absl::OkStatus();
}

Status LoadAuthority(const NamedFile& ca_file, FileSystem* fs, ssl::context* context) {
  VEDETTE_ASSIGN_OR_RETURN(const std::string ca, Read(ca_file, fs));
  return UseAuthority(ca, ca_file, context);
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

void SetVersions(const TlsClientOptions& tls, SSL_CTX* native) {
  const int min = VersionNumber(tls.min_version);
  SSL_CTX_set_min_proto_version(native, min);
  // What is older is signed with SHA-1, which the system's level refuses.
  if (min < TLS1_2_VERSION) SSL_CTX_set_security_level(native, 0);
  if (!tls.max_version.empty()) {
    SSL_CTX_set_max_proto_version(native, VersionNumber(tls.max_version));
  }
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
  if (!tls.ca.empty() || !tls.ca_file.empty()) {
    const NamedFile file = Named(tls.ca_file, {}, tls.ca.empty() ? "ca_file" : "ca");
    VEDETTE_ASSIGN_OR_RETURN(const std::string ca, TextOr(tls.ca, file, fs));
    VEDETTE_RETURN_IF_ERROR(UseAuthority(ca, file, &made->context));
  } else if (!tls.insecure_skip_verify) {
    made->context.set_default_verify_paths(error);
  }
  if (!tls.cert.empty() || !tls.cert_file.empty()) {
    const NamedFile cert_file = Named(tls.cert_file, {}, tls.cert.empty() ? "cert_file" : "cert");
    const NamedFile key_file = Named(tls.key_file, {}, tls.key.empty() ? "key_file" : "key");
    VEDETTE_ASSIGN_OR_RETURN(const std::string cert, TextOr(tls.cert, cert_file, fs));
    VEDETTE_ASSIGN_OR_RETURN(const std::string key, TextOr(tls.key, key_file, fs));
    VEDETTE_RETURN_IF_ERROR(UsePair(cert, cert_file, key, key_file, &made->context));
  }
  made->context.set_verify_mode(tls.insecure_skip_verify ? ssl::verify_none : ssl::verify_peer,
                                error);
  SetVersions(tls, made->context.native_handle());
  return made;
}

}  // namespace vedette::base::http
