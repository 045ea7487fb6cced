#ifndef VEDETTE_ALERTING_NOTIFY_TALK_TARGET_H_
#define VEDETTE_ALERTING_NOTIFY_TALK_TARGET_H_

#include <string>
#include <string_view>

#include "base/secrets.h"
#include "base/status.h"

namespace vedette::notify {

// What the text of a Nextcloud Talk "webhook URL" means: many things are called that.
struct TalkTarget {
  enum class Mode {
    kBot,           // signed POST to the bot API
    kChat,          // POST as a user; the URL carries user and app password
    kCommunityApp,  // the talk_webhooks app: a secret header
    kGeneric,       // not Talk: JSON with "text" and "message"
  };
  Mode mode = Mode::kBot;
  std::string url;             // where to POST; a secret
  base::Secret inline_secret;  // from a second line or "#secret=..." of the same file
};

// Decides by the shape of the URL; a link of the room (…/call/TOKEN) becomes its API address.
// InvalidArgument shows the accepted forms and never the text itself.
base::StatusOr<TalkTarget> UnderstandTalkUrl(std::string_view text);

std::string_view ModeName(TalkTarget::Mode mode);

}  // namespace vedette::notify

#endif  // VEDETTE_ALERTING_NOTIFY_TALK_TARGET_H_
