#include "exporters/postgres/data_source.h"

#include <algorithm>
#include <optional>

#include "base/strings.h"

namespace vedette::exporters::postgres {
namespace {

using base::Concat;

// libpq 15's keywords, and those of 16 and 17 (PQconninfoOption, PostgreSQL manual 34.1.2).
constexpr std::string_view kKeywords[] = {"application_name",
                                          "channel_binding",
                                          "client_encoding",
                                          "connect_timeout",
                                          "dbname",
                                          "fallback_application_name",
                                          "gssdelegation",
                                          "gssencmode",
                                          "gsslib",
                                          "host",
                                          "hostaddr",
                                          "keepalives",
                                          "keepalives_count",
                                          "keepalives_idle",
                                          "keepalives_interval",
                                          "krbsrvname",
                                          "load_balance_hosts",
                                          "options",
                                          "passfile",
                                          "password",
                                          "port",
                                          "replication",
                                          "require_auth",
                                          "requirepeer",
                                          "service",
                                          "ssl_max_protocol_version",
                                          "ssl_min_protocol_version",
                                          "sslcert",
                                          "sslcertmode",
                                          "sslcompression",
                                          "sslcrl",
                                          "sslcrldir",
                                          "sslkey",
                                          "sslmode",
                                          "sslnegotiation",
                                          "sslpassword",
                                          "sslrootcert",
                                          "sslsni",
                                          "target_session_attrs",
                                          "tcp_user_timeout",
                                          "user"};

// Switches of Go's lib/pq that mean nothing here.
constexpr std::string_view kGoKeywords[] = {"binary_parameters", "disable_prepared_binary_result",
                                            "sslinline", "krbspn"};

template <typename Names>
bool IsOneOf(const Names& names, std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

bool IsNameChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.';
}

bool IsUrl(std::string_view text) {
  return base::StartsWith(text, "postgresql://") || base::StartsWith(text, "postgres://");
}

// True where `text` begins as "name =" does.
bool IsKeywordForm(std::string_view text) {
  size_t i = 0;
  while (i < text.size() && IsSpace(text[i])) ++i;
  const size_t name = i;
  while (i < text.size() && IsNameChar(text[i])) ++i;
  if (i == name) return false;
  while (i < text.size() && IsSpace(text[i])) ++i;
  return i < text.size() && text[i] == '=';
}

base::Status Bad(std::string_view what) {
  return base::InvalidArgument(Concat({"connection string: ", what}));
}

std::optional<int> HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

base::StatusOr<std::string> PercentDecode(std::string_view text, std::string_view part) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const auto high = i + 2 < text.size() ? HexDigit(text[i + 1]) : std::nullopt;
    const auto low = i + 2 < text.size() ? HexDigit(text[i + 2]) : std::nullopt;
    if (!high || !low || *high * 16 + *low == 0) {
      return Bad(Concat({"a '%' in its ", part, " is not followed by two hexadecimal digits"}));
    }
    out += static_cast<char>(*high * 16 + *low);
    i += 2;
  }
  return out;
}

// "HOST:PORT", "[IPV6]:PORT", or several of them parted by commas, into host= and port=.
base::Status TakeHosts(std::string_view text, DataSource* source) {
  std::vector<std::string> hosts;
  std::vector<std::string> ports;
  bool has_port = false;
  for (std::string_view one : base::Split(text, ',')) {
    std::string_view host = one;
    std::string_view port;
    const size_t bracket = one.rfind(']');
    const size_t colon = one.find(':', bracket == std::string_view::npos ? 0 : bracket);
    if (colon != std::string_view::npos) {
      host = one.substr(0, colon);
      port = one.substr(colon + 1);
      if (!port.empty() && !base::ParseUint(port)) return Bad("its port is no number");
    }
    if (base::StartsWith(host, "[") && base::EndsWith(host, "]")) {
      host = host.substr(1, host.size() - 2);
    }
    VEDETTE_ASSIGN_OR_RETURN(std::string decoded, PercentDecode(host, "host"));
    hosts.push_back(std::move(decoded));
    ports.emplace_back(port);
    has_port = has_port || !port.empty();
  }
  const std::string joined = base::Join(hosts, ",");
  if (!joined.empty()) source->Set("host", joined);
  if (has_port) source->Set("port", base::Join(ports, ","));
  return base::Status();
}

base::Status TakeUser(std::string_view text, DataSource* source) {
  const size_t colon = text.find(':');
  VEDETTE_ASSIGN_OR_RETURN(const std::string user, PercentDecode(text.substr(0, colon), "user"));
  if (!user.empty()) source->Set("user", user);
  if (colon == std::string_view::npos) return base::Status();
  VEDETTE_ASSIGN_OR_RETURN(const std::string password,
                           PercentDecode(text.substr(colon + 1), "password"));
  if (!password.empty()) source->Set("password", password);
  return base::Status();
}

base::Status TakeQuery(std::string_view text, DataSource* source) {
  if (text.empty()) return base::Status();
  for (const std::string_view pair : base::Split(text, '&')) {
    const size_t equals = pair.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      return Bad("what follows its '?' is not KEY=VALUE&KEY=VALUE");
    }
    VEDETTE_ASSIGN_OR_RETURN(const std::string key, PercentDecode(pair.substr(0, equals), "keys"));
    VEDETTE_ASSIGN_OR_RETURN(const std::string value,
                             PercentDecode(pair.substr(equals + 1), "values"));
    source->SetAny(key, value);
  }
  return base::Status();
}

base::StatusOr<DataSource> ParseUrl(std::string_view text) {
  DataSource source;
  text.remove_prefix(text.find("://") + 3);
  const size_t end = std::min(text.find_first_of("/?#"), text.size());
  std::string_view authority = text.substr(0, end);
  std::string_view rest = text.substr(end);
  if (const size_t at = authority.rfind('@'); at != std::string_view::npos) {
    VEDETTE_RETURN_IF_ERROR(TakeUser(authority.substr(0, at), &source));
    authority.remove_prefix(at + 1);
  }
  VEDETTE_RETURN_IF_ERROR(TakeHosts(authority, &source));
  if (base::StartsWith(rest, "/")) {
    const size_t path_end = std::min(rest.find('?'), rest.size());
    VEDETTE_ASSIGN_OR_RETURN(const std::string database,
                             PercentDecode(rest.substr(1, path_end - 1), "database"));
    if (!database.empty()) source.Set("dbname", database);
    rest.remove_prefix(path_end);
  }
  if (!rest.empty() && rest[0] != '?') return Bad("a '#' within it must be written as %23");
  VEDETTE_RETURN_IF_ERROR(TakeQuery(rest.empty() ? rest : rest.substr(1), &source));
  return source;
}

// Reads "name = value" pairs, one Next a pair.
class KeywordScanner {
 public:
  explicit KeywordScanner(std::string_view text) : text_(text) { SkipSpace(); }

  bool AtEnd() const { return at_ == text_.size(); }
  base::Status Next(std::string* name, std::string* value) {
    name->clear();
    value->clear();
    while (!AtEnd() && IsNameChar(text_[at_])) *name += text_[at_++];
    SkipSpace();
    if (name->empty() || AtEnd() || text_[at_] != '=') {
      return Bad(Concat({"expected KEY=VALUE at byte ", std::to_string(at_ + 1)}));
    }
    ++at_;
    SkipSpace();
    const bool quoted = !AtEnd() && text_[at_] == '\'';
    if (quoted) ++at_;
    for (; !AtEnd() && (quoted ? text_[at_] != '\'' : !IsSpace(text_[at_])); ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      *value += text_[at_];
    }
    if (quoted && AtEnd()) return Bad("a quoted value does not end");
    if (quoted) ++at_;
    SkipSpace();
    return base::Status();
  }

 private:
  void SkipSpace() {
    while (!AtEnd() && IsSpace(text_[at_])) ++at_;
  }
  const std::string_view text_;
  size_t at_ = 0;
};

base::StatusOr<DataSource> ParseKeywords(std::string_view text) {
  DataSource source;
  KeywordScanner scanner(text);
  std::string name;
  std::string value;
  while (!scanner.AtEnd()) {
    VEDETTE_RETURN_IF_ERROR(scanner.Next(&name, &value));
    if (name == "port") {
      for (const std::string_view port : base::Split(value, ',')) {
        if (!port.empty() && !base::ParseUint(port)) return Bad("its port is no number");
      }
    }
    source.SetAny(name, value);
  }
  return source;
}

}  // namespace

base::StatusOr<DataSource> DataSource::Parse(std::string_view text) {
  text = base::Trim(text);
  if (text.find('\0') != std::string_view::npos) return Bad("it holds a zero byte");
  if (IsUrl(text)) return ParseUrl(text);
  if (IsKeywordForm(text)) return ParseKeywords(text);
  return Bad("neither postgresql://HOST/DATABASE nor KEY=VALUE pairs");
}

base::StatusOr<DataSource> DataSource::ParseTarget(std::string_view text) {
  text = base::Trim(text);
  if (text.empty()) return Bad("it is empty");
  if (IsUrl(text) || IsKeywordForm(text)) return Parse(text);
  return Parse(Concat({"postgresql://", text}));
}

std::string_view DataSource::Get(std::string_view keyword) const {
  for (const auto& [name, value] : params_) {
    if (name == keyword) return value;
  }
  return "";
}

void DataSource::Set(std::string_view keyword, std::string_view value) {
  for (auto& [name, old] : params_) {
    if (name != keyword) continue;
    old = value;
    return;
  }
  params_.emplace_back(keyword, value);
}

void DataSource::SetDefault(std::string_view keyword, std::string_view value) {
  if (Get(keyword).empty()) Set(keyword, value);
}

void DataSource::SetAny(std::string_view keyword, std::string_view value) {
  if (IsOneOf(kKeywords, keyword)) return Set(keyword, value);
  if (IsOneOf(kGoKeywords, keyword)) return;
  // The server splits `options` at white space; a backslash keeps what follows it.
  std::string setting = Concat({"-c ", keyword, "="});
  for (const char c : value) {
    if (IsSpace(c) || c == '\\') setting += '\\';
    setting += c;
  }
  const std::string_view options = Get("options");
  Set("options", options.empty() ? setting : Concat({options, " ", setting}));
}

std::string DataSource::ServerLabel() const {
  std::string_view host = Get("host");
  if (host.empty()) host = Get("hostaddr");
  const std::string_view port = Get("port");
  return Concat({host.empty() ? "localhost" : host, ":", port.empty() ? "5432" : port});
}

std::string_view DataSource::Database() const {
  const std::string_view name = Get("dbname");
  return name.empty() ? Get("user") : name;
}

DataSource DataSource::WithDatabase(std::string_view database) const {
  DataSource other = *this;
  other.Set("dbname", database);
  return other;
}

std::vector<std::string> SplitDataSources(std::string_view text) {
  std::vector<std::string> sources;
  for (const std::string_view piece : base::Split(text, ',')) {
    const std::string_view trimmed = base::Trim(piece);
    if (sources.empty() || IsUrl(trimmed) || IsKeywordForm(trimmed)) {
      sources.emplace_back(piece);
    } else {
      sources.back() += Concat({",", piece});
    }
  }
  std::erase_if(sources, [](const std::string& one) { return base::Trim(one).empty(); });
  return sources;
}

}  // namespace vedette::exporters::postgres
