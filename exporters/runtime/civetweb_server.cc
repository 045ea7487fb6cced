#include "exporters/runtime/civetweb_server.h"

#include <civetweb.h>

#include <exception>
#include <string_view>

#include "base/strings.h"
#include "exporters/runtime/page_gzip.h"

namespace vedette::exporters {
namespace {

using base::http::Request;
using base::http::Response;

// A client that sends its request slowly holds one thread for at most this long.
constexpr char kRequestTimeoutMs[] = "2000";
constexpr size_t kCompressFromBytes = 1024;

std::string_view View(const char* text) { return text == nullptr ? "" : text; }

Request ToRequest(const mg_request_info& info) {
  Request request;
  request.method = View(info.request_method);
  request.path = View(info.local_uri);
  request.target = View(info.request_uri);
  if (info.query_string != nullptr) {
    request.target += "?";
    request.target += info.query_string;
    request.query = base::http::Params::Parse(info.query_string);
  }
  for (int i = 0; i < info.num_headers; ++i) {
    request.headers.Add(View(info.http_headers[i].name), View(info.http_headers[i].value));
  }
  request.remote_address =
      base::Concat({View(info.remote_addr), ":", std::to_string(info.remote_port)});
  return request;
}

void Compress(const Request& request, Response* response) {
  if (response->body.size() < kCompressFromBytes) return;
  response->headers.Set("Vary", "Accept-Encoding");
  if (!base::http::AcceptsEncoding(request.headers.Get("Accept-Encoding"), "gzip")) return;
  response->body = GzipPage(response->body);
  response->headers.Set("Content-Encoding", "gzip");
}

std::string Head(const Response& response, const char* reason) {
  std::string head =
      base::Concat({"HTTP/1.1 ", std::to_string(response.status), " ", reason, "\r\n"});
  for (const auto& [name, value] : response.headers.fields()) {
    head += base::Concat({name, ": ", value, "\r\n"});
  }
  head += base::Concat(
      {"Content-Length: ", std::to_string(response.body.size()), "\r\nConnection: close\r\n\r\n"});
  return head;
}

}  // namespace

base::StatusOr<std::unique_ptr<CivetwebServer>> CivetwebServer::Start(const std::string& address,
                                                                      Handler handler, int threads,
                                                                      base::Logger* logger) {
  std::unique_ptr<CivetwebServer> server(new CivetwebServer(std::move(handler), logger));
  VEDETTE_RETURN_IF_ERROR(base::Annotate(server->Open(address, threads), "listen on " + address));
  return server;
}

CivetwebServer::~CivetwebServer() {
  if (context_ != nullptr) mg_stop(context_);
}

base::Status CivetwebServer::Open(const std::string& address, int threads) {
  const std::string thread_count = std::to_string(threads);
  const char* options[] = {"listening_ports",
                           address.c_str(),
                           "num_threads",
                           thread_count.c_str(),
                           "request_timeout_ms",
                           kRequestTimeoutMs,
                           "enable_keep_alive",
                           "no",
                           "tcp_nodelay",
                           "1",
                           nullptr};
  mg_callbacks callbacks{};
  callbacks.begin_request = &CivetwebServer::OnRequest;
  callbacks.log_message = &CivetwebServer::OnLog;
  mg_init_data init{};
  init.callbacks = &callbacks;
  init.user_data = this;
  init.configuration_options = options;
  char text[256] = "";
  mg_error_data error{};
  error.text = text;
  error.text_buffer_size = sizeof text;
  context_ = mg_start2(&init, &error);
  if (context_ == nullptr) return base::Unavailable(bind_error_.empty() ? text : bind_error_);
  mg_server_port port{};
  if (mg_get_server_ports(context_, 1, &port) != 1) return base::Internal("no port was opened");
  port_ = static_cast<uint16_t>(port.port);
  return base::Status();
}

int CivetwebServer::OnRequest(mg_connection* connection) {
  const auto* self = static_cast<const CivetwebServer*>(mg_get_request_info(connection)->user_data);
  self->Answer(connection);
  return 1;  // handled
}

int CivetwebServer::OnLog(const mg_connection* connection, const char* message) {
  auto* self = static_cast<CivetwebServer*>(mg_get_user_data(mg_get_context(connection)));
  if (self == nullptr) return 1;
  self->logger_->Debug("civetweb", {{"msg", View(message)}});
  // Said only by the thread that starts the server, before there are others.
  const bool is_bind = base::StartsWith(View(message), "cannot bind to ") ||
                       base::StartsWith(View(message), "cannot listen to ");
  if (is_bind) self->bind_error_ = View(message);
  return 1;  // do not print it
}

void CivetwebServer::Answer(mg_connection* connection) const {
  const Request request = ToRequest(*mg_get_request_info(connection));
  Response response;
  try {
    response = handler_(request);
    Compress(request, &response);
  } catch (const std::exception& e) {  // nothing may unwind through C code
    response = Response::Text(500, "internal error\n");
    logger_->Error("request failed", {{"path", request.path}, {"err", e.what()}});
  }
  std::string bytes = Head(response, mg_get_response_code_text(connection, response.status));
  if (request.method != "HEAD") bytes += response.body;
  mg_write(connection, bytes.data(), bytes.size());
}

}  // namespace vedette::exporters
