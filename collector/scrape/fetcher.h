#ifndef VEDETTE_COLLECTOR_SCRAPE_FETCHER_H_
#define VEDETTE_COLLECTOR_SCRAPE_FETCHER_H_

#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "base/http/configured_client.h"
#include "base/status.h"
#include "collector/scrape/target.h"
#include "model/exposition/format.h"

namespace vedette::scrape {

struct Exposition {
  std::string body;
  model::exposition::Format format = model::exposition::Format::kText;
};

// Gets what a target exposes. Immutable, thread-safe; one a job, shared by its targets.
class Fetcher {
 public:
  Fetcher(const JobConfig& job, base::http::ConfiguredClient::Options client)
      : client_(job.http, std::move(client)) {}

  // Any failure is the scrape's last error: transport, time, status, size, Content-Type.
  // ResourceExhausted: the body is over the job's limit; FailedPrecondition: its status is not 200;
  // InvalidArgument: its Content-Type is none that can be read.
  base::StatusOr<Exposition> Fetch(const Target& target, std::stop_token stop) const;

 private:
  const base::http::ConfiguredClient client_;
};

// The Accept header for a job's scrape_protocols.
std::string AcceptHeader(const JobConfig& job);

// The format of an answer by Prometheus 3's rule: a blank or unknown Content-Type fails unless the
// job names a fallback_scrape_protocol.
base::StatusOr<model::exposition::Format> ChooseFormat(std::string_view content_type,
                                                       const JobConfig& job);

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_FETCHER_H_
