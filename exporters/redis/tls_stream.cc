#include "exporters/redis/tls_stream.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>

#include <algorithm>

#include "base/strings.h"

namespace vedette::exporters::redis {
namespace {

struct Deleter {
  void operator()(SSL_CTX* p) const { SSL_CTX_free(p); }
  void operator()(SSL* p) const { SSL_free(p); }
  void operator()(BIO* p) const { BIO_free(p); }
  void operator()(X509* p) const { X509_free(p); }
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
};
template <typename T>
using Owned = std::unique_ptr<T, Deleter>;

std::string LastError() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "TLS failed" : reason;
}

base::Status FileError(const std::string& path) {
  return base::InvalidArgument(base::Concat({path, ": ", LastError()}));
}

base::StatusOr<Owned<BIO>> OpenPem(const std::string& path, base::FileSystem* fs,
                                   std::string* text) {
  VEDETTE_ASSIGN_OR_RETURN(*text, fs->ReadFile(path));
  return Owned<BIO>(BIO_new_mem_buf(text->data(), static_cast<int>(text->size())));
}

base::Status LoadAuthorities(const std::string& path, base::FileSystem* fs, SSL_CTX* context) {
  std::string text;
  VEDETTE_ASSIGN_OR_RETURN(const Owned<BIO> bio, OpenPem(path, fs, &text));
  int count = 0;
  while (const Owned<X509> certificate{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)}) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate.get());
    ++count;
  }
  if (count == 0) return FileError(path);
  ERR_clear_error();
  return base::Status();
}

base::Status LoadChain(const std::string& path, base::FileSystem* fs, SSL_CTX* context) {
  std::string text;
  VEDETTE_ASSIGN_OR_RETURN(const Owned<BIO> bio, OpenPem(path, fs, &text));
  const Owned<X509> own(PEM_read_bio_X509_AUX(bio.get(), nullptr, nullptr, nullptr));
  if (!own || SSL_CTX_use_certificate(context, own.get()) != 1) return FileError(path);
  while (X509* next = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
    if (SSL_CTX_add0_chain_cert(context, next) != 1) {
      X509_free(next);
      return FileError(path);
    }
  }
  ERR_clear_error();
  return base::Status();
}

base::Status LoadKey(const std::string& path, base::FileSystem* fs, SSL_CTX* context) {
  std::string text;
  VEDETTE_ASSIGN_OR_RETURN(const Owned<BIO> bio, OpenPem(path, fs, &text));
  const Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  const bool taken = key && SSL_CTX_use_PrivateKey(context, key.get()) == 1;
  OPENSSL_cleanse(text.data(), text.size());
  return taken ? base::Status() : FileError(path);
}

class TlsStream final : public Stream {
 public:
  TlsStream(Fd fd, Owned<SSL> ssl) : fd_(std::move(fd)), ssl_(std::move(ssl)) {}

  base::Status Handshake(const Deadline& deadline) {
    while (true) {
      const int result = SSL_connect(ssl_.get());
      if (result == 1) return base::Status();
      VEDETTE_RETURN_IF_ERROR(Wait(result, deadline, "TLS handshake"));
    }
  }

  base::Status Write(std::string_view data, const Deadline& deadline) override {
    while (!data.empty()) {
      const int size = static_cast<int>(std::min<size_t>(data.size(), 1 << 20));
      const int n = SSL_write(ssl_.get(), data.data(), size);
      if (n > 0) {
        data.remove_prefix(static_cast<size_t>(n));
      } else {
        VEDETTE_RETURN_IF_ERROR(Wait(n, deadline, "write"));
      }
    }
    return base::Status();
  }

  base::StatusOr<size_t> Read(char* buffer, size_t size, const Deadline& deadline) override {
    while (true) {
      const int n = SSL_read(ssl_.get(), buffer, static_cast<int>(std::min<size_t>(size, 1 << 20)));
      if (n > 0) return static_cast<size_t>(n);
      VEDETTE_RETURN_IF_ERROR(Wait(n, deadline, "read"));
    }
  }

  // Session tickets come unasked and are read away here.
  bool IsQuiet() override {
    char byte = 0;
    const int n = SSL_peek(ssl_.get(), &byte, 1);
    const int error = SSL_get_error(ssl_.get(), n);
    ERR_clear_error();
    return n <= 0 && error == SSL_ERROR_WANT_READ;
  }

 private:
  base::Status Wait(int result, const Deadline& deadline, std::string_view what) {
    switch (SSL_get_error(ssl_.get(), result)) {
      case SSL_ERROR_WANT_READ:
        return WaitFor(fd_.get(), POLLIN, deadline, what);
      case SSL_ERROR_WANT_WRITE:
        return WaitFor(fd_.get(), POLLOUT, deadline, what);
      case SSL_ERROR_ZERO_RETURN:
      case SSL_ERROR_SYSCALL:
        ERR_clear_error();
        return base::Unavailable(base::Concat({what, ": the server has closed the connection"}));
      default:
        return Explain(what);
    }
  }

  base::Status Explain(std::string_view what) {
    const long verdict = SSL_get_verify_result(ssl_.get());
    if (verdict == X509_V_OK) return base::Unavailable(base::Concat({what, ": ", LastError()}));
    ERR_clear_error();
    return base::Unavailable(base::Concat(
        {what, ": the server's certificate: ", X509_verify_cert_error_string(verdict)}));
  }

  Fd fd_;
  Owned<SSL> ssl_;
};

bool IsIpAddress(const std::string& host) {
  unsigned char bytes[16];
  return ::inet_pton(AF_INET, host.c_str(), bytes) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

class OpenSslContext final : public TlsContext {
 public:
  OpenSslContext(Owned<SSL_CTX> context, const RedisOptions::Tls& options)
      : context_(std::move(context)), options_(options) {}

  base::StatusOr<std::unique_ptr<Stream>> Handshake(Fd fd, const std::string& host,
                                                    const Deadline& deadline) const override {
    Owned<SSL> ssl(SSL_new(context_.get()));
    if (!ssl || SSL_set_fd(ssl.get(), fd.get()) != 1) return base::Internal(LastError());
    const std::string& name = options_.server_name.empty() ? host : options_.server_name;
    SetName(ssl.get(), name);
    auto stream = std::make_unique<TlsStream>(std::move(fd), std::move(ssl));
    VEDETTE_RETURN_IF_ERROR(stream->Handshake(deadline));
    return std::unique_ptr<Stream>(std::move(stream));
  }

 private:
  void SetName(SSL* ssl, const std::string& name) const {
    const bool is_ip = IsIpAddress(name);
    // The macro for SNI casts as C does; this is what it stands for.
    if (!is_ip) {
      std::string host = name;
      SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, host.data());
    }
    if (options_.skip_verify) return;
    X509_VERIFY_PARAM* verify = SSL_get0_param(ssl);
    if (is_ip) {
      X509_VERIFY_PARAM_set1_ip_asc(verify, name.c_str());
    } else {
      X509_VERIFY_PARAM_set1_host(verify, name.data(), name.size());
    }
  }

  const Owned<SSL_CTX> context_;
  const RedisOptions::Tls options_;
};

}  // namespace

base::StatusOr<std::unique_ptr<TlsContext>> TlsContext::Load(const RedisOptions::Tls& options,
                                                             base::FileSystem* fs) {
  if (options.cert_file.empty() != options.key_file.empty()) {
    return base::InvalidArgument("a client certificate and its key are given together");
  }
  Owned<SSL_CTX> context(SSL_CTX_new(TLS_client_method()));
  if (!context) return base::Internal(LastError());
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (!options.ca_file.empty()) {
    VEDETTE_RETURN_IF_ERROR(LoadAuthorities(options.ca_file, fs, context.get()));
  } else if (!options.skip_verify) {
    SSL_CTX_set_default_verify_paths(context.get());
  }
  if (!options.cert_file.empty()) {
    VEDETTE_RETURN_IF_ERROR(LoadChain(options.cert_file, fs, context.get()));
    VEDETTE_RETURN_IF_ERROR(LoadKey(options.key_file, fs, context.get()));
  }
  SSL_CTX_set_verify(context.get(), options.skip_verify ? SSL_VERIFY_NONE : SSL_VERIFY_PEER,
                     nullptr);
  return std::unique_ptr<TlsContext>(std::make_unique<OpenSslContext>(std::move(context), options));
}

}  // namespace vedette::exporters::redis
