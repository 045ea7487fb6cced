#ifndef VEDETTE_ALERTING_NOTIFY_CREDENTIALS_H_
#define VEDETTE_ALERTING_NOTIFY_CREDENTIALS_H_

#include <string>
#include <string_view>

#include "alerting/notify/talk_target.h"
#include "base/fs.h"
#include "base/secrets.h"
#include "base/status.h"
#include "model/notification.h"

namespace vedette::notify {

// What one attempt needs to know that must not be written down. Read anew for each attempt.
struct Credentials {
  base::Secret url;                                // where to POST
  base::Secret bot_secret;                         // nextcloud_talk
  TalkTarget::Mode mode = TalkTarget::Mode::kBot;  // nextcloud_talk
  std::string fingerprint;  // changes when any of it does; tells nothing of it
};

// NotFound: a secret is not given (the file is absent or empty); the message names the file.
// InvalidArgument: the text is not usable.
base::StatusOr<Credentials> ReadCredentials(base::FileSystem* fs,
                                            const model::Integration& integration);

// How a secret URL may be shown: scheme, host and six hex digits of its path's hash.
std::string ShownUrl(std::string_view url);

}  // namespace vedette::notify

#endif  // VEDETTE_ALERTING_NOTIFY_CREDENTIALS_H_
