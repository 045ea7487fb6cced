// node_supervisord_* from supervisord's XML-RPC.
#include <algorithm>

#include "base/http/client.h"
#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/supervisord_reply.h"

namespace vedette::exporters::node {
namespace {

constexpr std::string_view kUnixScheme = "unix://";
constexpr uint64_t kMaxReplyBytes = 16u << 20;
constexpr std::chrono::milliseconds kLongestWait{10'000};

constexpr char kCall[] =
    "<?xml version=\"1.0\"?><methodCall><methodName>supervisor.getAllProcessInfo</methodName>"
    "<params></params></methodCall>";

// STARTING, RUNNING, STOPPING
bool IsRunning(double state) { return state == 10 || state == 20 || state == 40; }

class Supervisord final : public Collector {
 public:
  explicit Supervisord(const std::string& url) : client_(base::http::NewClient()) {
    request_.method = "POST";
    request_.url = url;
    if (base::StartsWith(url, kUnixScheme)) {
      request_.unix_socket = url.substr(kUnixScheme.size());
      request_.url = "http://localhost/RPC2";
    }
    request_.headers.Set("Content-Type", "text/xml");
    request_.body = kCall;
    request_.max_response_bytes = kMaxReplyBytes;
  }

  base::Status Collect(const Scrape& scrape, FamilySink* sink) override {
    // Half of what is left: a supervisor that hangs must not cost the page.
    const std::chrono::milliseconds half(scrape.RemainingNanos() / 2'000'000);
    request_.timeout = std::clamp(half, std::chrono::milliseconds(1), kLongestWait);
    VEDETTE_ASSIGN_OR_RETURN(const base::http::Response response, client_->Send(request_));
    if (response.status != 200) {
      return base::Unavailable(
          base::Concat({"supervisord answered HTTP ", std::to_string(response.status)}));
    }
    VEDETTE_ASSIGN_OR_RETURN(const std::vector<SupervisedProcess> processes,
                             ParseSupervisordReply(response.body));
    Add(processes, sink);
    return base::Status();
  }

 private:
  static void Add(const std::vector<SupervisedProcess>& processes, FamilySink* sink) {
    FamilyRef up = sink->Gauge("node_supervisord_up", "Process Up");
    FamilyRef state = sink->Gauge("node_supervisord_state", "Process State");
    FamilyRef exit_status = sink->Gauge("node_supervisord_exit_status", "Process Exit Status");
    FamilyRef start = sink->Counter("node_supervisord_start_time_seconds", "Process start time");
    for (const SupervisedProcess& process : processes) {
      const LabelRef labels[] = {{"group", process.group}, {"name", process.name}};
      const bool is_running = IsRunning(process.state);
      up.Add(is_running ? 1 : 0, labels);
      state.Add(process.state, labels);
      exit_status.Add(process.exit_status, labels);
      if (is_running) start.Add(process.start, labels);
    }
  }

  const std::unique_ptr<base::http::Client> client_;
  base::http::ClientRequest request_;
};

}  // namespace

MadeCollector MakeSupervisord(const CollectorContext& context) {
  return std::make_unique<Supervisord>(context.options->supervisord.url);
}

}  // namespace vedette::exporters::node
