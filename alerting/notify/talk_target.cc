#include "alerting/notify/talk_target.h"

#include <utility>

#include "base/strings.h"

namespace vedette::notify {
namespace {

using Mode = TalkTarget::Mode;

constexpr std::string_view kForms =
    "accepted are https://HOST/ocs/v2.php/apps/spreed/api/v1/bot/TOKEN/message, the room's link "
    "https://HOST/call/TOKEN, https://USER:APP-PASSWORD@HOST/call/TOKEN, the address of the "
    "talk_webhooks app, and other https URLs as plain JSON";
constexpr std::string_view kApi = "/ocs/v2.php/apps/spreed/api/v1/";
constexpr std::string_view kSecretMark = "#secret=";

bool IsToken(std::string_view text) {
  return !text.empty() && text.find_first_not_of(
                              "abcdefghijklmnopqrstuvwxyz0123456789"
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_") == std::string_view::npos;
}

// The text up to the first white space, query or fragment.
std::string_view PlainUrl(std::string_view url) { return url.substr(0, url.find_first_of("?#")); }

// "https://host/sub/index.php/call/TOKEN" -> "https://host/sub" and TOKEN.
bool SplitCallLink(std::string_view url, std::string_view* base_url, std::string_view* token) {
  const size_t at = url.rfind("/call/");
  if (at == std::string_view::npos) return false;
  *token = url.substr(at + std::string_view("/call/").size());
  if (!token->empty() && token->back() == '/') token->remove_suffix(1);
  *base_url = url.substr(0, at);
  constexpr std::string_view kIndex = "/index.php";
  if (base::EndsWith(*base_url, kIndex)) base_url->remove_suffix(kIndex.size());
  return IsToken(*token);
}

bool HasUserInfo(std::string_view url) {
  const size_t host = url.find("://") + 3;
  const size_t end = std::min(url.find('/', host), url.size());
  return url.substr(host, end - host).find('@') != std::string_view::npos;
}

}  // namespace

base::StatusOr<TalkTarget> UnderstandTalkUrl(std::string_view text) {
  TalkTarget target;
  std::string_view url = base::Trim(text);
  if (const size_t newline = url.find('\n'); newline != std::string_view::npos) {
    target.inline_secret = base::Secret(std::string(base::Trim(url.substr(newline + 1))));
    url = base::Trim(url.substr(0, newline));
  }
  if (const size_t mark = url.find(kSecretMark); mark != std::string_view::npos) {
    target.inline_secret = base::Secret(std::string(url.substr(mark + kSecretMark.size())));
    url = url.substr(0, mark);
  }
  if (!base::StartsWith(url, "https://") && !base::StartsWith(url, "http://")) {
    return base::InvalidArgument(
        base::Concat({"the Nextcloud Talk webhook is not a URL; ", kForms}));
  }
  const std::string_view plain = PlainUrl(url);
  std::string_view base_url;
  std::string_view token;
  if (plain.find("/api/v1/bot/") != std::string_view::npos && base::EndsWith(plain, "/message")) {
    target.mode = Mode::kBot;
    target.url = std::string(plain);
  } else if (plain.find("/apps/spreed/api/v1/chat/") != std::string_view::npos) {
    target.mode = Mode::kChat;
    target.url = std::string(plain);
  } else if (plain.find("/apps/talk_webhooks/api/v1/webhook/") != std::string_view::npos) {
    target.mode = Mode::kCommunityApp;
    target.url = std::string(plain);
  } else if (SplitCallLink(plain, &base_url, &token)) {
    target.mode = HasUserInfo(plain) ? Mode::kChat : Mode::kBot;
    target.url = target.mode == Mode::kBot
                     ? base::Concat({base_url, kApi, "bot/", token, "/message"})
                     : base::Concat({base_url, kApi, "chat/", token});
  } else {
    target.mode = Mode::kGeneric;
    target.url = std::string(url);
  }
  return target;
}

std::string_view ModeName(Mode mode) {
  switch (mode) {
    case Mode::kBot:
      return "bot API";
    case Mode::kChat:
      return "plain chat";
    case Mode::kCommunityApp:
      return "talk_webhooks app";
    case Mode::kGeneric:
      return "generic JSON webhook, not Talk";
  }
  return "";
}

}  // namespace vedette::notify
