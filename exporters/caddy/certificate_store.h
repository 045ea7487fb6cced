#ifndef VEDETTE_EXPORTERS_CADDY_CERTIFICATE_STORE_H_
#define VEDETTE_EXPORTERS_CADDY_CERTIFICATE_STORE_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/fs.h"
#include "base/status.h"
#include "exporters/caddy/certificate.h"

namespace vedette::exporters::caddy {

// The certificates in Caddy's data folder: certificates/ISSUER/NAME/NAME.crt and
// pki/authorities/ID/{root,intermediate}.crt. Read again only when a file changed. Keys are not
// opened. One thread at a time.
class CertificateStore {
 public:
  struct Site {
    std::string name;    // "example.org", "*.example.org"
    std::string issuer;  // Caddy's name of it, "acme-v02.api.letsencrypt.org-directory", "local"
    Certificate certificate;
  };
  struct Authority {
    std::string id;
    std::string kind;  // "root", "intermediate"
    Certificate certificate;
  };

  explicit CertificateStore(base::FileSystem* fs) : fs_(fs) {}

  // Adds what is found under `root`. NotFound where there is no such folder; any other error is of
  // the first file or folder that could not be read, the others are added all the same.
  base::Status Read(const std::string& root, std::vector<Site>* sites,
                    std::vector<Authority>* authorities);

 private:
  struct Cached {
    int64_t mtime_ns = 0;
    uint64_t size = 0;
    Certificate certificate;
  };
  base::Status ReadIssuer(const std::string& folder, const std::string& issuer,
                          std::vector<Site>* sites);
  base::StatusOr<Certificate> ReadFile(const std::string& path);

  base::FileSystem* const fs_;
  std::map<std::string, Cached> cache_;
};

}  // namespace vedette::exporters::caddy

#endif  // VEDETTE_EXPORTERS_CADDY_CERTIFICATE_STORE_H_
