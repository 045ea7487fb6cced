#include "alerting/notify/message_text.h"

#include <algorithm>

#include "alerting/notify/summary.h"
#include "base/strings.h"

namespace vedette::notify {
namespace {

constexpr size_t kMaxListed = 20;
constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

bool StartsCharacter(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

// Runs `escape` over each line, so that a digest stays a list.
std::string EscapeLines(std::string_view text) {
  std::string out;
  for (const std::string_view line : base::Split(text, '\n')) {
    if (!out.empty()) out += "\n- ";
    out += EscapeMarkdown(line);
  }
  return out;
}

std::string ListOf(const model::Notification& n) {
  std::string out;
  for (size_t i = 0; i < n.alerts.size() && i < kMaxListed; ++i) {
    const model::NotifiedAlert& alert = n.alerts[i];
    out += base::Concat({"\n- ", EscapeMarkdown(AlertTitle(alert)),
                         alert.firing ? " since " : " ended ",
                         HourMinute(alert.firing ? alert.starts_at_ms : alert.ends_at_ms), " UTC"});
  }
  if (n.alerts.size() > kMaxListed) {
    out += "\n- and " + std::to_string(n.alerts.size() - kMaxListed) + " more";
  }
  return out;
}

}  // namespace

std::string EscapeMarkdown(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '@') {
      out += "\xEF\xBC\xA0";  // a full-width @ mentions nobody
      continue;
    }
    const bool marks = std::string_view("*_`[]<>\\").find(c) != std::string_view::npos;
    if (marks || (c == '#' && out.empty())) out.push_back('\\');
    out.push_back(c);
  }
  return out;
}

bool TalkSilent(const model::Notification& n) {
  const bool firing = std::any_of(n.alerts.begin(), n.alerts.end(),
                                  [](const model::NotifiedAlert& a) { return a.firing; });
  return !firing || n.reason == "repeat interval elapsed" || n.reason == "some alerts resolved";
}

std::string TalkMessage(const model::Notification& n, const std::string& external_url) {
  const Summary s = Summarize(n, external_url);
  const bool digest = n.reason == kDigestReason;
  std::string out = base::Concat({"**", EscapeMarkdown(s.title), "**\n", EscapeLines(s.message)});
  if (!digest && n.alerts.size() > 1) out += "\n" + ListOf(n);
  if (!digest && n.alerts.size() == 1 && s.firing) {
    out += base::Concat({"\nSince ", HourMinute(n.alerts[0].starts_at_ms), " UTC, severity ",
                         s.severity.empty() ? "none" : EscapeMarkdown(s.severity)});
  }
  if (!s.runbook_url.empty()) out += "\n> Runbook: " + s.runbook_url;
  if (!s.url.empty()) out += "\n" + s.url;
  if (!digest) out += "\n`#" + s.short_id + "`";
  if (s.firing && s.severity == "critical" && !TalkSilent(n)) out += "\n@all";
  return out;
}

std::string CutToCharacters(std::string_view text, size_t limit) {
  size_t characters = 0;
  size_t cut = 0;  // where the last character that may stay before an ellipsis ends
  for (size_t i = 0; i < text.size(); ++i) {
    if (!StartsCharacter(text[i])) continue;
    if (characters + 1 == limit) cut = i;
    if (++characters > limit) return base::Concat({text.substr(0, cut), kEllipsis});
  }
  return std::string(text);
}

std::string CutToBytes(std::string_view text, size_t limit) {
  if (text.size() <= limit) return std::string(text);
  size_t cut = limit > kEllipsis.size() ? limit - kEllipsis.size() : 0;
  while (cut > 0 && !StartsCharacter(text[cut])) --cut;
  return base::Concat({text.substr(0, cut), kEllipsis});
}

}  // namespace vedette::notify
