#ifndef VEDETTE_MODEL_EXPOSITION_NAME_ESCAPING_H_
#define VEDETTE_MODEL_EXPOSITION_NAME_ESCAPING_H_

#include <optional>
#include <string>
#include <string_view>

namespace vedette::model::exposition {

// How names beyond [a-zA-Z_:][a-zA-Z0-9_:]* are said to those who do not take them as they are.
enum class NameEscaping {
  kAllowUtf8,    // as they are, in quotes
  kUnderscores,  // each other character becomes _
  kDots,         // . becomes _dot_, _ becomes __, others too
  kValues,       // U__ and each other character as _HEX_: can be taken back
};

// "allow-utf-8", "underscores", "dots", "values": in Accept, Content-Type and configurations.
std::string_view NameEscapingText(NameEscaping escaping);
std::optional<NameEscaping> NameEscapingOf(std::string_view text);

// A metric's or label's name so escaped. Bytes that are not UTF-8 count as U+FFFD.
std::string EscapeName(std::string_view name, NameEscaping escaping);

}  // namespace vedette::model::exposition

#endif  // VEDETTE_MODEL_EXPOSITION_NAME_ESCAPING_H_
