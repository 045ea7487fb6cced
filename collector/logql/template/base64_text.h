#ifndef VEDETTE_COLLECTOR_LOGQL_TEMPLATE_BASE64_TEXT_H_
#define VEDETTE_COLLECTOR_LOGQL_TEMPLATE_BASE64_TEXT_H_

#include <string>
#include <string_view>

namespace vedette::logql {

// What the base64 (RFC 4648, padded) stands for; of text that is none, Go's complaint about it, as
// the template function has it: "illegal base64 data at input byte 0".
std::string DecodeBase64Text(std::string_view text);

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_TEMPLATE_BASE64_TEXT_H_
