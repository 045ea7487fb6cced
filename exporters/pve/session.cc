#include "exporters/pve/session.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/strings.h"

namespace vedette::exporters::pve {
namespace {

using base::http::ClientRequest;
using base::http::PercentEncode;
using base::http::Response;

// A ticket lives two hours (Proxmox VE API, POST /access/ticket).
constexpr int64_t kTicketNanos = 110ll * 60 * 1'000'000'000;
// The resources of some 20,000 guests.
constexpr uint64_t kMaxAnswerBytes = 16ull << 20;

base::StatusOr<base::Secret> SecretOf(const base::Secret& given, const std::string& file,
                                      base::FileSystem* fs) {
  if (file.empty()) return given;
  return base::ReadSecretFile(fs, file);
}

std::string_view Meaning(int status) {
  switch (status) {
    case 401:
      return "the credentials were refused";
    case 403:
      return "the user lacks a permission";
    case 501:
      return "the API knows no such call";
    case 595:
    case 596:
    case 597:
    case 598:
    case 599:
      return "the node did not answer the one that was asked";
    default:
      return "the call failed";
  }
}

base::Status HttpError(const Response& response) {
  std::string text =
      base::Concat({std::to_string(response.status), ": ", Meaning(response.status)});
  if (const std::string said = FailureMessage(response.body); !said.empty()) {
    text += " (" + said + ")";
  }
  if (response.status == 401 || response.status == 403) return base::PermissionDenied(text);
  return base::Unavailable(text);
}

}  // namespace

Answer Session::Get(std::string_view path, const Patience& patience) {
  Answer answer;
  auto response = SendAuthorised(path, patience);
  if (!response.ok()) {
    answer.status = response.status();
  } else {
    answer.http_status = response->status;
    if (response->status != 200) {
      answer.status = HttpError(*response);
    } else if (auto records = ParseAnswer(response->body); records.ok()) {
      answer.records = *std::move(records);
    } else {
      answer.status = records.status();
    }
  }
  answer.done_mono_ns = context_.clock->MonotonicNanos();
  return answer;
}

base::StatusOr<Response> Session::SendAuthorised(std::string_view path, const Patience& patience) {
  ClientRequest request;
  request.url = base::Concat({origin_, "/api2/json", path});
  if (module_.uses_token()) {
    VEDETTE_RETURN_IF_ERROR(AddToken(&request.headers));
    return Send(std::move(request), patience);
  }
  VEDETTE_ASSIGN_OR_RETURN(const std::string cookie, TicketCookie("", patience));
  request.headers.Set("Cookie", cookie);
  auto response = Send(request, patience);
  if (!response.ok() || response->status != 401) return response;
  // The ticket was taken back (a restart, another password): once more with a new one.
  VEDETTE_ASSIGN_OR_RETURN(const std::string renewed, TicketCookie(cookie, patience));
  request.headers.Set("Cookie", renewed);
  return Send(std::move(request), patience);
}

base::StatusOr<Response> Session::Send(ClientRequest request, const Patience& patience) const {
  const int64_t left_ms =
      (patience.deadline_mono_ns - context_.clock->MonotonicNanos()) / 1'000'000;
  if (left_ms <= 0) return base::DeadlineExceeded("no time was left to ask");
  request.timeout = std::chrono::milliseconds(std::min(left_ms, module_.timeout_ms));
  request.max_response_bytes = kMaxAnswerBytes;
  request.stop = patience.stop;
  return context_.client->Send(request);
}

base::Status Session::AddToken(base::http::Headers* headers) const {
  VEDETTE_ASSIGN_OR_RETURN(const base::Secret value,
                           SecretOf(module_.token_value, module_.token_value_file, context_.fs));
  headers->Set("Authorization", base::Concat({"PVEAPIToken=", module_.user, "!", module_.token_name,
                                              "=", value.Reveal()}));
  return base::Status();
}

base::StatusOr<std::string> Session::TicketCookie(const std::string& refused,
                                                  const Patience& patience) {
  base::MutexLock lock(login_mutex_);
  const int64_t now = context_.clock->MonotonicNanos();
  const bool fresh = !ticket_.cookie.empty() && now - ticket_.taken_mono_ns < kTicketNanos;
  if (fresh && ticket_.cookie != refused) return ticket_.cookie;
  ticket_.cookie.clear();
  if (!failed_login_.ok() && failed_deadline_ == patience.deadline_mono_ns) return failed_login_;
  auto cookie = Login(patience);
  failed_login_ = cookie.status();
  failed_deadline_ = patience.deadline_mono_ns;
  if (!cookie.ok()) return cookie.status();
  ticket_.cookie = *std::move(cookie);
  ticket_.taken_mono_ns = now;
  return ticket_.cookie;
}

base::StatusOr<std::string> Session::Login(const Patience& patience) const {
  VEDETTE_ASSIGN_OR_RETURN(const base::Secret password,
                           SecretOf(module_.password, module_.password_file, context_.fs));
  ClientRequest request;
  request.method = "POST";
  request.url = origin_ + "/api2/json/access/ticket";
  request.headers.Set("Content-Type", "application/x-www-form-urlencoded");
  request.body = base::Concat(
      {"username=", PercentEncode(module_.user), "&password=", PercentEncode(password.Reveal())});
  const auto response = Send(std::move(request), patience);
  if (!response.ok()) return base::Annotate(response.status(), "login");
  if (response->status != 200) return base::Annotate(HttpError(*response), "login");
  const auto records = ParseAnswer(response->body);
  if (!records.ok()) return base::Annotate(records.status(), "login");
  if (records->empty() || records->front().Text("ticket").empty()) {
    return base::DataLoss("login: the answer holds no ticket");
  }
  if (records->front().Number("NeedTFA").value_or(0) != 0) {
    return base::PermissionDenied("login: a second factor is asked for; use an API token");
  }
  return base::Concat({"PVEAuthCookie=", PercentEncode(records->front().Text("ticket"))});
}

}  // namespace vedette::exporters::pve
