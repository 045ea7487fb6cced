#include "base/http/exchange.h"

#include <algorithm>
#include <ctime>
#include <utility>

#include "base/json_writer.h"
#include "base/strings.h"

namespace vedette::base::http {
namespace {

constexpr size_t kMinCodedBytes = 1024;

struct Reason {
  int status;
  std::string_view text;
};
constexpr Reason kReasons[] = {{101, "Switching Protocols"},
                               {200, "OK"},
                               {202, "Accepted"},
                               {204, "No Content"},
                               {301, "Moved Permanently"},
                               {302, "Found"},
                               {304, "Not Modified"},
                               {400, "Bad Request"},
                               {401, "Unauthorized"},
                               {403, "Forbidden"},
                               {404, "Not Found"},
                               {405, "Method Not Allowed"},
                               {406, "Not Acceptable"},
                               {408, "Request Timeout"},
                               {409, "Conflict"},
                               {413, "Content Too Large"},
                               {415, "Unsupported Media Type"},
                               {422, "Unprocessable Content"},
                               {429, "Too Many Requests"},
                               {431, "Request Header Fields Too Large"},
                               {500, "Internal Server Error"},
                               {501, "Not Implemented"},
                               {502, "Bad Gateway"},
                               {503, "Service Unavailable"},
                               {504, "Gateway Timeout"}};

std::string_view ReasonOf(int status) {
  for (const Reason& reason : kReasons) {
    if (reason.status == status) return reason.text;
  }
  return "Status";
}

// The end of a body that is there whole.
class NoMore final : public BodySource {
 public:
  bool Next(std::string*) override { return false; }
};

bool HasNoBody(int status) { return status < 200 || status == 204 || status == 304; }

// A line break inside a value would begin another field.
std::string OneLine(std::string_view value) {
  std::string line(value);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\r' || c == '\n'; }, ' ');
  return line;
}

void AppendField(std::string_view name, std::string_view value, std::string* head) {
  head->append(name).append(": ").append(OneLine(value)).append("\r\n");
}

std::string HttpDate(int64_t wall_nanos) {
  const std::time_t seconds = wall_nanos / 1'000'000'000;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[64];
  const size_t n = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text, n};
}

// How the body goes out; says so in the header.
Coding CodingFor(Response* response, Coding favourite) {
  const bool small = response->rest == nullptr && response->body.size() < kMinCodedBytes;
  if (favourite == Coding::kIdentity || small) return Coding::kIdentity;
  if (response->headers.Has("Content-Encoding")) return Coding::kIdentity;
  response->headers.Set("Content-Encoding", favourite == Coding::kZstd ? "zstd" : "gzip");
  response->headers.Add("Vary", "Accept-Encoding");
  return favourite;
}

// `body` coded whole.
std::string Coded(std::string body, Coding coding) {
  if (coding == Coding::kIdentity) return body;
  BodyStream stream(std::move(body), std::make_shared<NoMore>(), coding, /*chunked=*/false);
  std::string coded;
  while (stream.Next(&coded)) {
  }
  return coded;
}

// Frames the body and puts it, or its beginning, into `answer`.
void AddBody(Response response, const AnswerShape& shape, Coding coding, WireAnswer* answer) {
  std::string* head = &answer->head;
  if (response.rest == nullptr) {
    std::string body = Coded(std::move(response.body), coding);
    AppendField("Content-Length", std::to_string(body.size()), head);
    if (!shape.head_only) answer->body = std::move(body);
    return;
  }
  if (shape.http_1_0) {
    answer->close = true;
  } else {
    AppendField("Transfer-Encoding", "chunked", head);
  }
  if (shape.head_only) return;
  answer->rest = std::make_shared<BodyStream>(std::move(response.body), std::move(response.rest),
                                              coding, !shape.http_1_0);
}

void AppendConnection(bool http_1_0, WireAnswer* answer) {
  if (answer->close) AppendField("Connection", "close", &answer->head);
  if (!answer->close && http_1_0) AppendField("Connection", "keep-alive", &answer->head);
}

}  // namespace

void WireAnswer::Join() {
  head += body;
  body.clear();
}

WireAnswer Serialize(Response response, const AnswerShape& shape, int64_t wall_nanos,
                     const std::vector<std::pair<std::string, std::string>>& extra) {
  const bool bare = HasNoBody(response.status);
  const Coding coding = bare ? Coding::kIdentity : CodingFor(&response, shape.coding);
  if (shape.cors) shape.cors->AddTo(shape.origin, &response.headers);
  WireAnswer answer;
  answer.status = response.status;
  answer.close = !shape.keep_alive;
  std::string& head = answer.head;
  head = Concat(
      {"HTTP/1.1 ", std::to_string(response.status), " ", ReasonOf(response.status), "\r\n"});
  AppendField("Date", HttpDate(wall_nanos), &head);
  for (const auto& [name, value] : extra) {
    if (!response.headers.Has(name)) AppendField(name, value, &head);
  }
  for (const auto& [name, value] : response.headers.fields()) AppendField(name, value, &head);
  // To HTTP/1.0 nothing is upgraded, and where the connection is about to end.
  if (!answer.close && !shape.http_1_0) answer.opened = std::move(response.opened);
  if (!bare) AddBody(std::move(response), shape, coding, &answer);
  AppendConnection(shape.http_1_0, &answer);
  head += "\r\n";
  return answer;
}

Response ErrorAnswer(int status, std::string_view type, std::string_view message) {
  std::string body;
  JsonWriter json(&body);
  json.BeginObject();
  json.Key("status").String("error").Key("errorType").String(type).Key("error").String(message);
  json.EndObject();
  return Response::Json(status, std::move(body));
}

Response BusyAnswer(std::string_view message) {
  Response response = ErrorAnswer(503, "unavailable", message);
  response.headers.Set("Retry-After", "1");
  return response;
}

Exchange::Exchange(const AnswerShape& shape, std::shared_ptr<const WebConfig> config,
                   const Clock* clock, std::function<void(WireAnswer)> deliver)
    : shape_(shape), config_(std::move(config)), clock_(clock), deliver_(std::move(deliver)) {}

Exchange::~Exchange() { Answer(ErrorAnswer(500, "internal", "the handler gave no answer")); }

void Exchange::Answer(Response response) {
  if (answered_.exchange(true)) return;
  deliver_(Serialize(std::move(response), shape_, clock_->WallNanos(), config_->headers));
}

}  // namespace vedette::base::http
