#ifndef VEDETTE_ANNOUNCER_ANNOUNCER_H_
#define VEDETTE_ANNOUNCER_ANNOUNCER_H_

#include <chrono>
#include <functional>
#include <memory>
#include <random>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "announcer/identity.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/http/client_config.h"
#include "base/http/configured_client.h"
#include "base/log.h"
#include "base/status.h"
#include "base/telemetry.h"
#include "model/announcement.h"

namespace vedette::announcer {

// What the collector says to an announcement.
struct Answer {
  int status = 0;      // HTTP; 0: there was none
  std::string reason;  // "" where it listens
  std::string body;
  std::string retry_after;  // the header
  int64_t date_ms = 0;      // the collector's clock, 0: it did not say

  bool heard() const { return status / 100 == 2; }
};

// Tells the collector of this host again and again. Owned by the agent verb; has one thread.
class Announcer {
 public:
  struct Options {
    std::string url;  // of the collector: scheme://host:port, the path is added
    base::http::ClientConfig http;
    // All but the pages: id, key, host, address, labels, sends.
    model::Announcement announcement;
    // The pages now. Called on the announcer's thread.
    std::function<std::vector<model::AnnouncedPage>()> pages;
    std::chrono::milliseconds interval{30'000};
    base::FileSystem* fs = nullptr;
    base::Clock* clock = nullptr;
    base::Logger* logger = nullptr;
    base::Telemetry* telemetry = nullptr;
    base::http::ClientFactory new_client = nullptr;  // null: the usual one
  };

  // Announces at once, then each interval.
  explicit Announcer(Options options);
  ~Announcer();  // stops, within a moment
  Announcer(const Announcer&) = delete;
  Announcer& operator=(const Announcer&) = delete;

 private:
  void Run(std::stop_token stop);
  void Say(const Answer& answer);
  std::chrono::milliseconds Pause(const Answer& answer);

  const Options options_;
  const base::http::ConfiguredClient client_;
  base::Counter* const posts_;
  base::Counter* const failures_;
  base::Gauge* const heard_;
  std::mt19937_64 random_;
  std::chrono::milliseconds backoff_;
  std::string said_;  // the outcome that was logged last
  std::jthread thread_;
};

// Sends one announcement; `check`: asks only what would be answered to it.
Answer SendAnnouncement(const base::http::ConfiguredClient& client, const std::string& url,
                        const model::Announcement& announcement, bool check, std::stop_token stop);

}  // namespace vedette::announcer

#endif  // VEDETTE_ANNOUNCER_ANNOUNCER_H_
