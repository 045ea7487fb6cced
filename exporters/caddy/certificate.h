#ifndef VEDETTE_EXPORTERS_CADDY_CERTIFICATE_H_
#define VEDETTE_EXPORTERS_CADDY_CERTIFICATE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

struct x509_st;

namespace vedette::exporters::caddy {

// What is shown of a certificate. A plain value.
struct Certificate {
  std::string issuer;      // its common name, else its organisation
  int64_t not_before = 0;  // Unix seconds
  int64_t not_after = 0;
};

// The first certificate of a PEM text. DataLoss where there is none.
base::StatusOr<Certificate> ReadCertificate(std::string_view pem);
base::StatusOr<Certificate> ReadCertificate(const x509_st* x509);

}  // namespace vedette::exporters::caddy

#endif  // VEDETTE_EXPORTERS_CADDY_CERTIFICATE_H_
