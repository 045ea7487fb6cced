#ifndef VEDETTE_ALERTING_NOTIFY_MESSAGE_TEXT_H_
#define VEDETTE_ALERTING_NOTIFY_MESSAGE_TEXT_H_

#include <string>
#include <string_view>

#include "model/notification.h"

namespace vedette::notify {

// The message for Nextcloud Talk, in its Markdown. A critical message that is not silent ends in
// @all: without a mention a group room pushes to nobody.
std::string TalkMessage(const model::Notification& notification, const std::string& external_url);

// Resolved messages and repeats do not ring.
bool TalkSilent(const model::Notification& notification);

// Makes text from outside harmless in Markdown and mentions: * _ ` [ ] < > @ and a leading #.
std::string EscapeMarkdown(std::string_view text);

// At most `limit` characters (code points), the last one an ellipsis when something was cut.
std::string CutToCharacters(std::string_view text, size_t limit);
// At most `limit` bytes, cut between characters.
std::string CutToBytes(std::string_view text, size_t limit);

}  // namespace vedette::notify

#endif  // VEDETTE_ALERTING_NOTIFY_MESSAGE_TEXT_H_
