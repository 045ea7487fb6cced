#ifndef VEDETTE_BASE_DIGEST_H_
#define VEDETTE_BASE_DIGEST_H_

#include <cstddef>
#include <string>
#include <string_view>

// Random names and what is kept of secrets in place of them. Stateless, thread-safe.

namespace vedette::base {

// Bytes in lower-case hex.
std::string HexText(std::string_view bytes);

// SHA-256 (FIPS 180-4) in hex.
std::string Sha256Hex(std::string_view data);

// `bytes` random bytes of cryptographic strength, in hex.
std::string RandomHex(size_t bytes);

// Whether `text` is `digits` digits of lower-case hex.
bool IsHex(std::string_view text, size_t digits);

}  // namespace vedette::base

#endif  // VEDETTE_BASE_DIGEST_H_
