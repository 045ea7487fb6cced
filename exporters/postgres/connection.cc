#include "exporters/postgres/connection.h"

#include <poll.h>

#include <utility>
#include <vector>

#include "base/strings.h"
#include "exporters/postgres/libpq.h"

namespace vedette::exporters::postgres {
namespace {

void IgnoreNotice(void*, const PGresult*) {}

bool IsReadable(int fd) {
  pollfd entry{fd, POLLIN, 0};
  return poll(&entry, 1, 0) > 0;
}

// Whether libpq would look the host up: it is a name, and a single one.
bool HasName(const DataSource& source) {
  const std::string host(source.Get("host"));
  return !host.empty() && host[0] != '/' && host[0] != '@' && host.find(',') == std::string::npos &&
         source.Get("hostaddr").empty() && !IsNumericHost(host);
}

// The same source with the addresses of its host's name, so that libpq has nothing to look up. The
// name stays, for certificates and password files: libpq wants it once for each address.
base::StatusOr<DataSource> WithAddresses(DataSource source, int64_t deadline_ns,
                                         Resolver* resolver) {
  if (!HasName(source)) return source;
  const std::string host(source.Get("host"));
  VEDETTE_ASSIGN_OR_RETURN(const std::vector<std::string> found, resolver->Find(host, deadline_ns));
  std::string hosts;
  std::string addresses;
  for (const std::string& address : found) {
    hosts += base::Concat({hosts.empty() ? "" : ",", host});
    addresses += base::Concat({addresses.empty() ? "" : ",", address});
  }
  source.Set("host", hosts);
  source.Set("hostaddr", addresses);
  return source;
}

}  // namespace

void Connection::Finish::operator()(pg_conn* connection) const { pq->finish(connection); }

Connection::Connection(const LibPq* pq, const base::Clock* clock, Resolver* resolver,
                       DataSource source)
    : pq_(pq),
      clock_(clock),
      resolver_(resolver),
      source_(std::move(source)),
      connection_(nullptr, Finish{pq}) {}

Connection::~Connection() = default;

void Connection::Begin(int64_t lookup_deadline_ns) {
  if (state_ == State::kOpen && drained() && IsReadable(fd())) {
    // The server speaks unasked: a parameter changed, or it says good-bye.
    Advance();
  }
  if (state_ == State::kClosed) Connect(lookup_deadline_ns);
}

void Connection::Connect(int64_t lookup_deadline_ns) {
  auto source = WithAddresses(source_, lookup_deadline_ns, resolver_);
  if (!source.ok()) return Fail(base::Message(source.status()));
  std::vector<const char*> keywords;
  std::vector<const char*> values;
  for (const auto& [keyword, value] : source->params()) {
    keywords.push_back(keyword.c_str());
    values.push_back(value.c_str());
  }
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  error_ = base::Status();
  last_heard_ns_ = clock_->MonotonicNanos();
  connection_.reset(pq_->connect_start_params(keywords.data(), values.data(), 0));
  if (connection_ == nullptr) return Fail("libpq is out of memory");
  if (pq_->status(connection_.get()) == CONNECTION_BAD) {
    return Fail(pq_->error_message(connection_.get()));
  }
  pq_->set_notice_receiver(connection_.get(), &IgnoreNotice, nullptr);
  state_ = State::kConnecting;
  events_ = POLLOUT;  // as libpq has it: first wait until the socket can be written
}

void Connection::Opened() {
  if (pq_->set_nonblocking(connection_.get(), 1) != 0 ||
      pq_->enter_pipeline_mode(connection_.get()) == 0) {
    return Fail(pq_->error_message(connection_.get()));
  }
  state_ = State::kOpen;
  events_ = POLLIN;
  last_heard_ns_ = clock_->MonotonicNanos();
}

void Connection::Send(const std::string& sql, Handler handler) {
  pending_.push_back({std::move(handler)});
  if (pq_->send_query_params(connection_.get(), sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr,
                             0) == 0 ||
      pq_->pipeline_sync(connection_.get()) == 0) {
    Fail(pq_->error_message(connection_.get()));
  }
}

void Connection::Advance() {
  if (state_ == State::kConnecting) {
    switch (pq_->connect_poll(connection_.get())) {
      case PGRES_POLLING_READING:
        events_ = POLLIN;
        return;
      case PGRES_POLLING_WRITING:
        events_ = POLLOUT;
        return;
      case PGRES_POLLING_OK:
        return Opened();
      default:
        return Fail(pq_->error_message(connection_.get()));
    }
  }
  if (state_ == State::kOpen) ReadResults();
}

void Connection::ReadResults() {
  const bool readable = IsReadable(fd());
  if (readable) last_heard_ns_ = clock_->MonotonicNanos();
  if (readable && pq_->consume_input(connection_.get()) == 0) {
    return Fail(pq_->error_message(connection_.get()));
  }
  while (!pending_.empty() && pq_->is_busy(connection_.get()) == 0) {
    PGresult* const result = pq_->get_result(connection_.get());
    if (result != nullptr) TakeResult(result);
    if (state_ != State::kOpen) return;
    if (pq_->status(connection_.get()) == CONNECTION_BAD) {
      return Fail(pq_->error_message(connection_.get()));
    }
  }
  const int unsent = pq_->flush(connection_.get());
  if (unsent < 0) return Fail(pq_->error_message(connection_.get()));
  events_ = unsent > 0 ? POLLIN | POLLOUT : POLLIN;
}

// Each query is answered by its rows or its error, then by the end of its transaction.
void Connection::TakeResult(pg_result* raw) {
  Result result(pq_, raw);
  const ExecStatusType status = pq_->result_status(raw);
  if (status == PGRES_PIPELINE_SYNC) {
    pending_.pop_front();
    return;
  }
  Pending& pending = pending_.front();
  if (std::exchange(pending.answered, true) || !pending.handler) return;
  const Handler handler = std::move(pending.handler);
  if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
    handler(std::move(result));
  } else {
    handler(ErrorOf(raw));
  }
}

void Connection::Abandon() {
  for (Pending& pending : pending_) pending.handler = nullptr;
}

void Connection::Close() {
  connection_.reset();
  pending_.clear();
  state_ = State::kClosed;
  error_ = base::Status();
}

// `what` may live in the connection that goes.
void Connection::Fail(std::string_view what) {
  error_ = base::Unavailable(Redacted(what));
  connection_.reset();
  state_ = State::kClosed;
  std::deque<Pending> pending;
  pending.swap(pending_);
  for (const Pending& one : pending) {
    if (one.handler && !one.answered) one.handler(error_);
  }
}

base::Status Connection::ErrorOf(const pg_result* result) const {
  const char* const code = pq_->result_error_field(result, PG_DIAG_SQLSTATE);
  const char* const text = pq_->result_error_field(result, PG_DIAG_MESSAGE_PRIMARY);
  std::string message = Redacted(text == nullptr ? "no answer" : text);
  if (code != nullptr) message += base::Concat({" (SQLSTATE ", code, ")"});
  return base::Unavailable(message);
}

// One line, without the password, whoever put it there.
std::string Connection::Redacted(std::string_view message) const {
  std::string text(base::Trim(message));
  for (char& c : text) {
    if (c == '\n' || c == '\t') c = ' ';
  }
  const std::string_view password = source_.Get("password");
  if (password.empty()) return text;
  for (size_t at = text.find(password); at != std::string::npos; at = text.find(password, at + 3)) {
    text.replace(at, password.size(), "***");
  }
  return text;
}

int Connection::server_version() const { return pq_->server_version(connection_.get()); }

int Connection::fd() const { return pq_->socket(connection_.get()); }

}  // namespace vedette::exporters::postgres
