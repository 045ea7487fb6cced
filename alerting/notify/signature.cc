#include "alerting/notify/signature.h"

#include <array>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "base/digest.h"
#include "base/status.h"

namespace vedette::notify {
namespace {

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string TalkSignature(const base::Secret& secret, std::string_view random,
                          std::string_view data) {
  const std::string& key = secret.Reveal();
  std::string signed_data(random);
  signed_data += data;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  const unsigned char* const ok =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), Bytes(signed_data),
           signed_data.size(), digest.data(), &size);
  VEDETTE_CHECK(ok != nullptr);
  return base::HexText({reinterpret_cast<const char*>(digest.data()), size});
}

std::string NewUlid(int64_t now_ms) {
  constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  constexpr size_t kTimeDigits = 10;
  constexpr size_t kRandomDigits = 16;
  std::string out(kTimeDigits + kRandomDigits, '0');
  auto time = static_cast<uint64_t>(now_ms);
  for (size_t i = kTimeDigits; i > 0; --i, time >>= 5) out[i - 1] = kAlphabet[time & 31];
  std::array<unsigned char, kRandomDigits> random{};
  VEDETTE_CHECK(RAND_bytes(random.data(), static_cast<int>(random.size())) == 1);
  for (size_t i = 0; i < kRandomDigits; ++i) out[kTimeDigits + i] = kAlphabet[random[i] & 31];
  return out;
}

}  // namespace vedette::notify
