#ifndef VEDETTE_ALERTING_NOTIFY_SENDER_H_
#define VEDETTE_ALERTING_NOTIFY_SENDER_H_

#include <cstdint>
#include <stop_token>
#include <string>

#include "alerting/notify/credentials.h"
#include "base/http/client.h"
#include "model/notification.h"

namespace vedette::notify {

// The longest pause between two attempts, unless the receiver asks for a longer one: one that comes
// back has its alerts about a minute later.
inline constexpr int64_t kMaxBackoffMs = 60'000;

// What became of one attempt.
struct Outcome {
  enum class Verdict {
    kDelivered,
    kRetry,      // did not take it and may later: away, overloaded, moved, not set up yet
    kRefused,    // the same, but counts how often it refused these credentials: again, and rarely
    kTooLarge,   // refuses the length: shorter
    kRejected,   // refuses this message for good
    kCancelled,  // we stop
  };
  Verdict verdict = Verdict::kRetry;
  int64_t retry_after_ms = 0;  // what the receiver asked for, 0: nothing
  std::string reason;          // for the log; holds no secret
};

// Makes one attempt. Stateless, thread-safe.
class Sender {
 public:
  static constexpr size_t kTalkCharacters = 32'000;  // the server's default chat length

  struct Message {
    const model::Notification* notification = nullptr;
    std::string delivery_id;
    size_t max_characters = kTalkCharacters;
  };

  Sender(base::http::Client* client, std::string external_url, std::string user_agent);

  Outcome Send(const model::Integration& integration, const Credentials& credentials,
               const Message& message, std::stop_token stop) const;

 private:
  base::http::ClientRequest Build(const model::Integration& integration,
                                  const Credentials& credentials, const Message& message) const;
  void BuildTalk(const Credentials& credentials, const Message& message,
                 base::http::ClientRequest* request) const;

  base::http::Client* const client_;
  const std::string external_url_;
  const std::string user_agent_;
};

// How each kind of receiver means its status codes. `retry_after` is the header's text.
Outcome Judge(model::Integration::Type type, int status, std::string_view retry_after);

}  // namespace vedette::notify

#endif  // VEDETTE_ALERTING_NOTIFY_SENDER_H_
