#include "exporters/caddy/pki_answer.h"

#include <simdjson.h>

#include "base/strings.h"

namespace vedette::exporters::caddy {

base::StatusOr<PkiAnswer> ReadPkiAnswer(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (const auto error = parser.parse(json.data(), json.size()).get(root)) {
    return base::DataLoss(
        base::Concat({"/pki/ca: expected JSON: ", simdjson::error_message(error)}));
  }
  std::string_view root_pem;
  std::string_view intermediate_pem;
  if (root.at_key("root_certificate").get(root_pem) != simdjson::SUCCESS ||
      root.at_key("intermediate_certificate").get(intermediate_pem) != simdjson::SUCCESS) {
    return base::DataLoss("/pki/ca: the certificates are missing");
  }
  return PkiAnswer{std::string(root_pem), std::string(intermediate_pem)};
}

}  // namespace vedette::exporters::caddy
