#include "base/http/message.h"

#include <algorithm>
#include <memory>

#include "base/strings.h"

namespace vedette::base::http {
namespace {

constexpr std::string_view kFormType = "application/x-www-form-urlencoded";

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string Decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && HexValue(text[i + 1]) >= 0 &&
        HexValue(text[i + 2]) >= 0) {
      out += static_cast<char>(HexValue(text[i + 1]) * 16 + HexValue(text[i + 2]));
      i += 2;
    } else {
      out += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

// The q of one Accept-Encoding element's parameters (";q=0.5"); 1 when there is none.
double Quality(std::string_view parameters) {
  for (std::string_view parameter : Split(parameters, ';')) {
    parameter = Trim(parameter);
    if (!StartsWith(parameter, "q=") && !StartsWith(parameter, "Q=")) continue;
    return ParseDouble(Trim(parameter.substr(2))).value_or(0);
  }
  return 1;
}

// How much `accept_encoding` likes a coding, 0: not at all.
double QualityOf(std::string_view accept_encoding, std::string_view coding, bool named = false) {
  double wildcard = 0;
  for (const std::string_view element : Split(accept_encoding, ',')) {
    const size_t semicolon = std::min(element.find(';'), element.size());
    const std::string_view name = Trim(element.substr(0, semicolon));
    const double quality = Quality(element.substr(semicolon));
    if (EqualsIgnoreCase(name, coding)) return quality;
    if (name == "*" && !named) wildcard = quality;
  }
  return wildcard;
}

}  // namespace

void Headers::Set(std::string_view name, std::string_view value) {
  Remove(name);
  Add(name, value);
}

void Headers::Remove(std::string_view name) {
  std::erase_if(fields_, [&](const auto& field) { return EqualsIgnoreCase(field.first, name); });
}

void Headers::Add(std::string_view name, std::string_view value) {
  fields_.emplace_back(std::string(name), std::string(value));
}

std::string_view Headers::Get(std::string_view name) const {
  for (const auto& [field, value] : fields_) {
    if (EqualsIgnoreCase(field, name)) return value;
  }
  return {};
}

bool Headers::Has(std::string_view name) const {
  return std::any_of(fields_.begin(), fields_.end(),
                     [&](const auto& field) { return EqualsIgnoreCase(field.first, name); });
}

Params Params::Parse(std::string_view query) {
  Params params;
  for (const std::string_view pair : Split(query, '&')) {
    if (pair.empty()) continue;
    const size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view value = equals < pair.size() ? pair.substr(equals + 1) : "";
    params.pairs_.emplace_back(Decode(pair.substr(0, equals), true), Decode(value, true));
  }
  return params;
}

void Params::Append(const Params& other) {
  pairs_.insert(pairs_.end(), other.pairs_.begin(), other.pairs_.end());
}

std::string_view Params::Get(std::string_view name) const {
  for (const auto& [key, value] : pairs_) {
    if (key == name) return value;
  }
  return {};
}

bool Params::Has(std::string_view name) const {
  return std::any_of(pairs_.begin(), pairs_.end(),
                     [&](const auto& pair) { return pair.first == name; });
}

std::vector<std::string_view> Params::GetAll(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& [key, value] : pairs_) {
    if (key == name) values.push_back(value);
  }
  return values;
}

Params Request::FormParams() const {
  std::string_view type = headers.Get("Content-Type");
  type = Trim(type.substr(0, std::min(type.find(';'), type.size())));
  const bool has_form = (method == "POST" || method == "PUT") && EqualsIgnoreCase(type, kFormType);
  if (!has_form) return query;
  Params params = Params::Parse(body);
  params.Append(query);
  return params;
}

Response Response::Text(int status, std::string_view body) {
  Response response;
  response.status = status;
  response.headers.Set("Content-Type", "text/plain; charset=utf-8");
  response.headers.Set("X-Content-Type-Options", "nosniff");
  response.body = body;
  return response;
}

Response Response::Json(int status, std::string body) {
  Response response;
  response.status = status;
  response.headers.Set("Content-Type", "application/json");
  response.body = std::move(body);
  return response;
}

Handler Sync(std::function<Response(const Request&)> handle) {
  return [handle = std::move(handle)](const Request& request, const Responder& respond) {
    respond(handle(request));
  };
}

bool AcceptsEncoding(std::string_view accept_encoding, std::string_view coding) {
  return QualityOf(accept_encoding, coding) > 0;
}

Coding ChooseCoding(std::string_view accept_encoding) {
  if (accept_encoding.empty()) return Coding::kIdentity;
  // "*" is said by clients older than zstd.
  const double zstd = QualityOf(accept_encoding, "zstd", /*named=*/true);
  const double gzip = QualityOf(accept_encoding, "gzip");
  if (zstd <= 0 && gzip <= 0) return Coding::kIdentity;
  return zstd >= gzip ? Coding::kZstd : Coding::kGzip;
}

std::string PercentEncode(std::string_view text) {
  constexpr std::string_view kUnreserved =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (kUnreserved.find(c) != std::string_view::npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  return out;
}

std::string PercentDecode(std::string_view text) { return Decode(text, false); }

}  // namespace vedette::base::http
