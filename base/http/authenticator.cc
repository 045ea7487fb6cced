#include <crypt.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "base/http/listen_address.h"
#include "base/http/web_config.h"
#include "base/mutex.h"
#include "base/secrets.h"
#include "base/strings.h"

namespace vedette::base::http {
namespace {

constexpr uint8_t kAllScopes = 7;
constexpr uint8_t kPlaintextScopes =
    static_cast<uint8_t>(Scope::kRead) | static_cast<uint8_t>(Scope::kPush);
// Remembered credentials, right and wrong ones; over it all are forgotten.
constexpr size_t kMaxCached = 1024;
// Compared against when the user is unknown, so that the answer takes as long. Of no password.
constexpr char kNobodysHash[] = "$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi";

struct Credentials {
  std::string user;
  uint8_t scopes = 0;
};

// "Basic dXNlcjpwYXNz" or "Bearer TOKEN" -> what stands after the scheme, or nothing.
std::optional<std::string_view> AfterScheme(std::string_view header, std::string_view scheme) {
  if (header.size() <= scheme.size() || header[scheme.size()] != ' ' ||
      !EqualsIgnoreCase(header.substr(0, scheme.size()), scheme)) {
    return std::nullopt;
  }
  return Trim(header.substr(scheme.size() + 1));
}

std::optional<std::string> DecodeBase64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0 || text.size() > 64 * 1024) return std::nullopt;
  std::string out(text.size() / 4 * 3, '\0');
  const int n = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                reinterpret_cast<const unsigned char*>(text.data()),
                                static_cast<int>(text.size()));
  if (n < 0) return std::nullopt;
  size_t padding = 0;
  while (padding < 2 && text[text.size() - 1 - padding] == '=') ++padding;
  out.resize(static_cast<size_t>(n) - padding);
  return out;
}

bool BcryptMatches(const std::string& password, const std::string& hash) {
  crypt_data data{};
  const char* result = ::crypt_r(password.c_str(), hash.c_str(), &data);
  return result != nullptr && ConstantTimeEquals(result, hash);
}

class ConfiguredAuthenticator final : public Authenticator {
 public:
  ConfiguredAuthenticator(std::shared_ptr<const WebConfig> config, FileSystem* fs)
      : config_(std::move(config)), fs_(fs) {
    RAND_bytes(cache_key_, sizeof cache_key_);
    for (const WebConfig::PlaintextRange& range : config_->plaintext) {
      StatusOr<IpRange> parsed = IpRange::Parse(range.cidr);
      if (parsed.ok()) plaintext_.push_back(*parsed);
    }
  }

  AuthResult Check(const Request& request, Scope needed, bool over_tls) override {
    if (needed == Scope::kNone) return {true, 200, {}};
    const std::string_view header = request.headers.Get("Authorization");
    std::optional<Credentials> who;
    if (config_->RequiresAuth() && !header.empty()) {
      who = Identify(header);
      if (!who) return {false, 401, {}};
    }
    const std::string_view host = RemoteHost(request.remote_address);
    const uint8_t scopes = ScopesOf(who, host, over_tls);
    if ((scopes & static_cast<uint8_t>(needed)) != 0) {
      return {true, 200, who ? who->user : std::string()};
    }
    return {false, !who && config_->RequiresAuth() ? 401 : 403, who ? who->user : std::string()};
  }

 private:
  uint8_t ScopesOf(const std::optional<Credentials>& who, std::string_view host,
                   bool over_tls) const {
    const bool in_range = !over_tls && InPlaintextRange(host);
    // In the clear and from afar: only who is named, only what may be seen by all.
    if (!over_tls && !plaintext_.empty() && !IsLoopback(host)) {
      return in_range ? kPlaintextScopes : 0;
    }
    uint8_t scopes = in_range ? kPlaintextScopes : 0;
    if (!config_->RequiresAuth()) return kAllScopes;
    if (who) scopes |= who->scopes;
    return scopes;
  }

  bool InPlaintextRange(std::string_view host) const {
    for (const IpRange& range : plaintext_) {
      if (range.Contains(host)) return true;
    }
    return false;
  }

  std::optional<Credentials> Identify(std::string_view header) {
    if (const auto token = AfterScheme(header, "Bearer")) return FindToken(*token);
    if (const auto basic = AfterScheme(header, "Basic")) return FindUser(*basic);
    return std::nullopt;
  }

  // Every token's file is read and compared, whichever matches: the time says nothing.
  std::optional<Credentials> FindToken(std::string_view presented) const {
    std::optional<Credentials> found;
    for (const WebConfig::Token& token : config_->tokens) {
      const StatusOr<Secret> secret = ReadSecretFile(fs_, token.token_file);
      if (!secret.ok() || secret->empty()) continue;
      if (ConstantTimeEquals(secret->Reveal(), presented)) {
        found = Credentials{token.name, token.scopes};
      }
    }
    return found;
  }

  std::optional<Credentials> FindUser(std::string_view encoded) {
    const std::optional<std::string> pair = DecodeBase64(encoded);
    if (!pair) return std::nullopt;
    const size_t colon = pair->find(':');
    if (colon == std::string::npos) return std::nullopt;
    const std::string name = pair->substr(0, colon);
    const std::string password = pair->substr(colon + 1);
    if (password.find('\0') != std::string::npos) return std::nullopt;  // crypt_r would cut it
    const WebConfig::User* user = nullptr;
    for (const WebConfig::User& known : config_->users) {
      if (known.name == name) user = &known;
    }
    const bool matches = CheckPassword(*pair, password, user ? user->bcrypt_hash : kNobodysHash);
    if (user == nullptr || !matches) return std::nullopt;
    return Credentials{user->name, user->scopes};
  }

  // One bcrypt at a time: a flood of wrong passwords takes one core at most.
  bool CheckPassword(const std::string& pair, const std::string& password, const std::string& hash)
      VEDETTE_EXCLUDES(cache_mutex_, bcrypt_mutex_) {
    const std::string key = CacheKey(pair, hash);
    if (const std::optional<bool> known = Cached(key)) return *known;
    MutexLock lock(bcrypt_mutex_);
    if (const std::optional<bool> known = Cached(key)) return *known;
    const bool matches = BcryptMatches(password, hash);
    MutexLock cache_lock(cache_mutex_);
    if (cache_.size() >= kMaxCached) cache_.clear();
    cache_[key] = matches;
    return matches;
  }

  std::optional<bool> Cached(const std::string& key) VEDETTE_EXCLUDES(cache_mutex_) {
    MutexLock lock(cache_mutex_);
    const auto found = cache_.find(key);
    if (found == cache_.end()) return std::nullopt;
    return found->second;
  }

  // A keyed hash: what lies in memory tells no password.
  std::string CacheKey(const std::string& pair, const std::string& hash) const {
    const std::string text = pair + '\0' + hash;
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    HMAC(EVP_sha256(), cache_key_, sizeof cache_key_,
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &size);
    return {reinterpret_cast<const char*>(digest), size};
  }

  const std::shared_ptr<const WebConfig> config_;
  FileSystem* const fs_;
  std::vector<IpRange> plaintext_;    // const after construction
  unsigned char cache_key_[32] = {};  // const after construction
  Mutex bcrypt_mutex_;                // taken before cache_mutex_
  Mutex cache_mutex_;
  StringMap<bool> cache_ VEDETTE_GUARDED_BY(cache_mutex_);
};

}  // namespace

std::unique_ptr<Authenticator> NewAuthenticator(std::shared_ptr<const WebConfig> config,
                                                FileSystem* fs) {
  return std::make_unique<ConfiguredAuthenticator>(std::move(config), fs);
}

Status CheckListenAllowed(std::string_view listen_address, const WebConfig& config) {
  VEDETTE_ASSIGN_OR_RETURN(const ListenAddress address, ParseListenAddress(listen_address));
  for (const WebConfig::PlaintextRange& range : config.plaintext) {
    VEDETTE_RETURN_IF_ERROR(Annotate(IpRange::Parse(range.cidr).status(), "--web.allow-plaintext"));
  }
  if (!address.host.empty() && IsLoopback(address.host)) return absl::OkStatus();
  if (!config.plaintext.empty()) return absl::OkStatus();
  if (config.tls && config.RequiresAuth()) return absl::OkStatus();
  std::string_view missing = "no --web.config.file";
  if (!config.path.empty()) {
    missing = config.tls ? "a --web.config.file without basic_auth_users or tokens"
                         : "a --web.config.file without tls_server_config";
  }
  return InvalidArgument(Concat(
      {"refusing to listen on ", GoQuote(listen_address), " beyond loopback with ", missing,
       ": give a file with TLS and credentials, or name who may read and push in the clear with "
       "--web.allow-plaintext=CIDR,..."}));
}

}  // namespace vedette::base::http
