#include "exporters/caddy/certificate.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <ctime>
#include <memory>
#include <optional>

#include "base/strings.h"

namespace vedette::exporters::caddy {
namespace {

constexpr size_t kMaxPemBytes = 1 << 20;

std::optional<int64_t> UnixSeconds(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
  return static_cast<int64_t>(::timegm(&parts));
}

std::string NameEntry(X509_NAME* name, int nid) {
  const int at = X509_NAME_get_index_by_NID(name, nid, -1);
  if (at < 0) return "";
  const ASN1_STRING* text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, text);
  if (size < 0) return "";
  std::string out = base::RepairUtf8(
      std::string_view(reinterpret_cast<const char*>(utf8), static_cast<size_t>(size)));
  OPENSSL_free(utf8);
  return out;
}

}  // namespace

base::StatusOr<Certificate> ReadCertificate(const x509_st* x509) {
  const auto before = UnixSeconds(X509_get0_notBefore(x509));
  const auto after = UnixSeconds(X509_get0_notAfter(x509));
  if (!before || !after) return base::DataLoss("a certificate without valid times");
  Certificate certificate;
  certificate.not_before = *before;
  certificate.not_after = *after;
  X509_NAME* const issuer = X509_get_issuer_name(x509);
  certificate.issuer = NameEntry(issuer, NID_commonName);
  if (certificate.issuer.empty()) {
    certificate.issuer = NameEntry(issuer, NID_organizationName);
  }
  return certificate;
}

base::StatusOr<Certificate> ReadCertificate(std::string_view pem) {
  if (pem.size() > kMaxPemBytes) return base::DataLoss("too large for a certificate");
  const std::unique_ptr<BIO, int (*)(BIO*)> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  const std::unique_ptr<X509, void (*)(X509*)> x509(
      bio ? PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr) : nullptr, X509_free);
  ERR_clear_error();
  if (!x509) return base::DataLoss("holds no PEM certificate");
  return ReadCertificate(x509.get());
}

}  // namespace vedette::exporters::caddy
