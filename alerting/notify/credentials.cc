#include "alerting/notify/credentials.h"

#include <algorithm>
#include <utility>

#include "alerting/notify/signature.h"
#include "base/digest.h"
#include "base/strings.h"

namespace vedette::notify {
namespace {

using Type = model::Integration::Type;

constexpr size_t kFingerprintDigits = 16;

base::StatusOr<base::Secret> ReadRequired(base::FileSystem* fs, const std::string& path) {
  if (path.empty()) return base::NotFound("no file is named for it");
  auto secret = base::ReadSecretFile(fs, path);
  if (!secret.ok()) return secret.status();
  if (secret->empty()) return base::NotFound(path + " is empty");
  return secret;
}

base::Status ReadTalk(base::FileSystem* fs, const model::Integration& integration,
                      Credentials* out) {
  VEDETTE_ASSIGN_OR_RETURN(const base::Secret text, ReadRequired(fs, integration.url_file));
  VEDETTE_ASSIGN_OR_RETURN(TalkTarget target, UnderstandTalkUrl(text.Reveal()));
  out->mode = target.mode;
  out->url = base::Secret(std::move(target.url));
  out->bot_secret = std::move(target.inline_secret);
  const bool needs_secret =
      target.mode == TalkTarget::Mode::kBot || target.mode == TalkTarget::Mode::kCommunityApp;
  if (!integration.bot_secret_file.empty() && needs_secret) {
    auto secret = ReadRequired(fs, integration.bot_secret_file);
    if (secret.ok()) {
      out->bot_secret = *std::move(secret);
    } else if (out->bot_secret.empty()) {
      return secret.status();
    }
  }
  if (needs_secret && out->bot_secret.empty()) {
    return base::NotFound("bot_secret_file is not set and the webhook file holds no secret");
  }
  return absl::OkStatus();
}

}  // namespace

base::StatusOr<Credentials> ReadCredentials(base::FileSystem* fs,
                                            const model::Integration& integration) {
  Credentials out;
  if (integration.type == Type::kNextcloudTalk) {
    VEDETTE_RETURN_IF_ERROR(ReadTalk(fs, integration, &out));
  } else if (!integration.url.empty()) {
    out.url = base::Secret(integration.url);
  } else {
    VEDETTE_ASSIGN_OR_RETURN(out.url, ReadRequired(fs, integration.url_file));
  }
  const std::string& url = out.url.Reveal();
  if (!base::StartsWith(url, "http://") && !base::StartsWith(url, "https://")) {
    return base::InvalidArgument("the webhook file does not hold an http or https URL");
  }
  out.fingerprint =
      base::Sha256Hex(url + '\0' + out.bot_secret.Reveal()).substr(0, kFingerprintDigits);
  return out;
}

std::string ShownUrl(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return "(no URL)";
  const size_t host = scheme + 3;
  const size_t path = std::min(url.find_first_of("/?#", host), url.size());
  std::string_view authority = url.substr(host, path - host);
  if (const size_t at = authority.rfind('@'); at != std::string_view::npos) {
    authority.remove_prefix(at + 1);
  }
  return base::Concat(
      {url.substr(0, host), authority, "/#", base::Sha256Hex(url.substr(path)).substr(0, 6)});
}

}  // namespace vedette::notify
