#include "exporters/caddy/certificate_store.h"

#include <utility>

#include "base/strings.h"

namespace vedette::exporters::caddy {
namespace {

using base::JoinPath;

constexpr size_t kMaxCertificates = 5000;
constexpr char kWildcard[] = "wildcard_";

void Note(const base::Status& status, base::Status* first) {
  if (first->ok()) *first = status;
}

// Folders are named after the first name of the certificate, "*" written as "wildcard_".
std::string SiteName(std::string_view folder) {
  if (!base::StartsWith(folder, kWildcard)) return std::string(folder);
  return base::Concat({"*", folder.substr(sizeof kWildcard - 1)});
}

}  // namespace

base::Status CertificateStore::Read(const std::string& root, std::vector<Site>* sites,
                                    std::vector<Authority>* authorities) {
  VEDETTE_ASSIGN_OR_RETURN(const base::FileInfo info, fs_->Stat(root));
  if (!info.is_directory) return base::NotFound(base::Concat({root, ": is no folder"}));
  if (cache_.size() > 2 * kMaxCertificates) cache_.clear();
  base::Status first;
  const std::string issuers = JoinPath(root, "certificates");
  const auto names = fs_->List(issuers);
  if (!names.ok() && !absl::IsNotFound(names.status())) Note(names.status(), &first);
  if (names.ok()) {
    for (const std::string& issuer : *names) {
      Note(ReadIssuer(JoinPath(issuers, issuer), issuer, sites), &first);
    }
  }
  const std::string ids = JoinPath(root, "pki/authorities");
  const auto pki = fs_->List(ids);
  if (!pki.ok() && !absl::IsNotFound(pki.status())) Note(pki.status(), &first);
  if (!pki.ok()) return first;
  for (const std::string& id : *pki) {
    for (const std::string kind : {"root", "intermediate"}) {
      const auto certificate = ReadFile(JoinPath(JoinPath(ids, id), kind + ".crt"));
      if (certificate.ok()) authorities->push_back({id, kind, *certificate});
      if (!certificate.ok() && !absl::IsNotFound(certificate.status())) {
        Note(certificate.status(), &first);
      }
    }
  }
  return first;
}

base::Status CertificateStore::ReadIssuer(const std::string& folder, const std::string& issuer,
                                          std::vector<Site>* sites) {
  VEDETTE_ASSIGN_OR_RETURN(const std::vector<std::string> names, fs_->List(folder));
  base::Status first;
  for (const std::string& name : names) {
    if (sites->size() >= kMaxCertificates) {
      return base::ResourceExhausted(base::Concat({folder, ": too many certificates"}));
    }
    const auto certificate = ReadFile(JoinPath(JoinPath(folder, name), name + ".crt"));
    if (certificate.ok()) {
      sites->push_back({SiteName(name), issuer, *certificate});
    } else if (!absl::IsNotFound(certificate.status())) {  // a certificate that is being ordered
      Note(certificate.status(), &first);
    }
  }
  return first;
}

base::StatusOr<Certificate> CertificateStore::ReadFile(const std::string& path) {
  VEDETTE_ASSIGN_OR_RETURN(const base::FileInfo info, fs_->Stat(path));
  const auto cached = cache_.find(path);
  if (cached != cache_.end() && cached->second.mtime_ns == info.mtime_ns &&
      cached->second.size == info.size) {
    return cached->second.certificate;
  }
  constexpr uint64_t kMaxFileBytes = 1 << 20;
  if (info.size > kMaxFileBytes) return base::DataLoss(base::Concat({path, ": too large"}));
  VEDETTE_ASSIGN_OR_RETURN(const std::string pem, fs_->ReadFile(path));
  auto certificate = ReadCertificate(pem);
  if (!certificate.ok()) return base::Annotate(certificate.status(), path);
  cache_[path] = {info.mtime_ns, info.size, *certificate};
  return *certificate;
}

}  // namespace vedette::exporters::caddy
