#ifndef VEDETTE_SHIPPER_SENDER_H_
#define VEDETTE_SHIPPER_SENDER_H_

#include <chrono>
#include <cstdint>
#include <random>
#include <span>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/fs.h"
#include "base/http/client.h"
#include "base/log.h"
#include "base/status.h"
#include "base/telemetry.h"
#include "shipper/dead_letters.h"
#include "shipper/entry.h"

namespace vedette::shipper {

// Delivers batches to the collector: Loki's push with the source's positions in one header.
//
// Never gives up: transport errors, 5xx, 429, 401, 403 and 404 are retried with backoff until told
// to stop; an entry that is refused for good (400, 422; 413 when alone) is found by bisection and
// goes to the dead letters, the others are delivered. Refusals count only from what has shown
// itself to be a collector: a web server under a wrong URL answers 400 to everything, too. One
// thread an object; each source has its own.
class Sender {
 public:
  struct Options {
    std::string url;              // of the collector: scheme://host:port, the push path is added
    std::string token_file;       // bearer token, read at each send; empty: none
    std::string basic_auth_user;  // instead of a token; empty: none
    std::string basic_auth_password_file;  // read at each send
    std::chrono::milliseconds timeout{30'000};
    std::chrono::milliseconds first_backoff{250};
    std::chrono::milliseconds max_backoff{30'000};
    base::http::Client* client = nullptr;
    base::FileSystem* fs = nullptr;
    base::Clock* clock = nullptr;
    base::Logger* logger = nullptr;
    base::Telemetry* telemetry = nullptr;
    DeadLetters* dead_letters = nullptr;
  };

  // `name` ("journal", "file") labels the counters.
  Sender(const Options& options, const std::string& name);

  // Returns OK when every entry is on the collector's disk or in the dead letters; Cancelled when
  // stopped before.
  base::Status Deliver(const std::string& source, std::span<const Entry> entries,
                       std::stop_token stop);

 private:
  enum class Verdict { kTaken, kRetry, kRefused, kTooLarge };
  struct Answer {
    Verdict verdict;
    std::string reason;
    std::chrono::milliseconds retry_after{0};
  };
  Answer Push(const std::string& source, std::span<const Entry> entries, std::stop_token stop);
  // Sends one request to the push path, with credentials.
  Answer Post(const std::string& source_header, const std::string& body, std::stop_token stop);
  base::Status Authorize(base::http::Headers* headers) const;
  // kTaken when what answers is a collector: it answers an empty push as one.
  Answer Identify(std::stop_token stop);
  base::Status Bury(const std::string& source, const Entry& entry, const std::string& reason,
                    std::stop_token stop);
  // False when stopped.
  bool Backoff(const Answer& answer, std::stop_token stop);
  void Recovered();

  const Options options_;
  base::Counter* const sent_;
  base::Counter* const buried_;
  base::Counter* const retries_;
  std::mt19937_64 random_;
  std::chrono::milliseconds backoff_;
  bool is_collector_ = false;          // has shown itself just now, nothing came since
  int64_t failing_since_mono_ns_ = 0;  // 0: the last push was answered
  int64_t logged_mono_ns_ = 0;
};

}  // namespace vedette::shipper

#endif  // VEDETTE_SHIPPER_SENDER_H_
