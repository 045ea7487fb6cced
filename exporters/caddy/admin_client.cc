#include "exporters/caddy/admin_client.h"

#include <algorithm>
#include <utility>

#include "base/http/listen_address.h"
#include "base/strings.h"

namespace vedette::exporters::caddy {
namespace {

// "unix//run/caddy.sock" and "unix/relative.sock" as Caddy has addresses; a mode may follow after
// "|". Empty where `address` is no such.
std::string UnixPath(std::string_view address) {
  if (base::StartsWith(address, "/")) return std::string(address);
  if (!base::StartsWith(address, "unix/")) return "";
  const std::string_view path = address.substr(5);
  return std::string(path.substr(0, path.find('|')));
}

}  // namespace

base::StatusOr<std::unique_ptr<AdminClient>> AdminClient::Make(const CaddyOptions& options) {
  const std::string path = UnixPath(options.admin_address);
  if (!path.empty()) {
    if (path.front() != '/') {
      return base::InvalidArgument(
          "caddy.admin-address: the path of a Unix socket must begin "
          "with / (unix//run/caddy/admin.sock)");
    }
    return std::unique_ptr<AdminClient>(new AdminClient("http://127.0.0.1", path, options.timeout));
  }
  std::string_view address = options.admin_address;
  for (const std::string_view prefix : {"tcp/", "http://"}) {
    if (base::StartsWith(address, prefix)) address.remove_prefix(prefix.size());
  }
  const auto parsed = base::http::ParseListenAddress(address);
  if (!parsed.ok() || parsed->port == 0) {
    return base::InvalidArgument(
        base::Concat({"caddy.admin-address: found ", base::GoQuote(options.admin_address),
                      "; allowed are HOST:PORT and unix//PATH"}));
  }
  const std::string host = parsed->host.empty() ? "127.0.0.1" : parsed->host;
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return std::unique_ptr<AdminClient>(
      new AdminClient(base::Concat({"http://", is_ipv6 ? "[" : "", host, is_ipv6 ? "]:" : ":",
                                    std::to_string(parsed->port)}),
                      "", options.timeout));
}

AdminClient::AdminClient(std::string origin, std::string unix_socket,
                         std::chrono::milliseconds timeout)
    : origin_(std::move(origin)),
      unix_socket_(std::move(unix_socket)),
      timeout_(timeout),
      client_(base::http::NewClient()) {}

base::StatusOr<std::string> AdminClient::Get(std::string_view path, const Scrape& scrape,
                                             uint64_t max_bytes) {
  {
    base::MutexLock lock(mutex_);
    if (silent_scrape_ == scrape.deadline_mono_ns) {
      return base::Unavailable(base::Concat({path, ": the admin interface timed out before"}));
    }
  }
  base::http::ClientRequest request;
  request.url = base::Concat({origin_, path});
  request.unix_socket = unix_socket_;
  // On a Unix socket Caddy allows an empty host in every release.
  if (!unix_socket_.empty()) request.headers.Set("Host", "");
  request.max_response_bytes = max_bytes;
  request.timeout =
      std::min(timeout_, std::chrono::milliseconds(scrape.RemainingNanos() / 1'000'000));
  const auto response = client_->Send(request);
  if (absl::IsDeadlineExceeded(response.status())) {
    base::MutexLock lock(mutex_);
    silent_scrape_ = scrape.deadline_mono_ns;
  }
  if (!response.ok()) return base::Annotate(response.status(), path);
  if (response->status != 200) {
    return base::Unavailable(base::Concat({path, ": HTTP ", std::to_string(response->status)}));
  }
  return response->body;
}

}  // namespace vedette::exporters::caddy
