#ifndef VEDETTE_COLLECTOR_SCRAPE_FETCHER_H_
#define VEDETTE_COLLECTOR_SCRAPE_FETCHER_H_

#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/fs.h"
#include "base/http/client.h"
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
  // `client` carries the job's TLS settings. `fs` reads the secrets, at each fetch.
  Fetcher(std::shared_ptr<base::http::Client> client, base::FileSystem* fs)
      : client_(std::move(client)), fs_(fs) {}

  // Any failure is the scrape's last error: transport, time, status, size, Content-Type.
  base::StatusOr<Exposition> Fetch(const Target& target, std::stop_token stop) const;

 private:
  base::StatusOr<base::http::Response> Follow(const Target& target,
                                              base::http::ClientRequest request) const;
  base::Status Authorize(const HttpAuth& auth, base::http::Headers* headers) const;

  const std::shared_ptr<base::http::Client> client_;
  base::FileSystem* const fs_;
};

// The Accept header for a job's scrape_protocols.
std::string AcceptHeader(const JobConfig& job);

// The format of an answer by Prometheus 3's rule: a blank or unknown Content-Type fails unless the
// job names a fallback_scrape_protocol.
base::StatusOr<model::exposition::Format> ChooseFormat(std::string_view content_type,
                                                       const JobConfig& job);

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_FETCHER_H_
