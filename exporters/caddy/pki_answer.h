#ifndef VEDETTE_EXPORTERS_CADDY_PKI_ANSWER_H_
#define VEDETTE_EXPORTERS_CADDY_PKI_ANSWER_H_

#include <string>
#include <string_view>

#include "base/status.h"

namespace vedette::exporters::caddy {

// The answer to GET /pki/ca/ID: two certificates as PEM. A plain value.
struct PkiAnswer {
  std::string root;
  std::string intermediate;
};

base::StatusOr<PkiAnswer> ReadPkiAnswer(std::string_view json);

}  // namespace vedette::exporters::caddy

#endif  // VEDETTE_EXPORTERS_CADDY_PKI_ANSWER_H_
