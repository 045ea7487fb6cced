#include "model/exposition/format.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"

namespace vedette::model::exposition {
namespace {

constexpr std::string_view kTextMedia = "text/plain";
constexpr std::string_view kOpenMetricsMedia = "application/openmetrics-text";
constexpr std::string_view kProtobufMedia = "application/vnd.google.protobuf";
constexpr std::string_view kFamilyMessage = "io.prometheus.client.MetricFamily";

bool IsTokenChar(char c) {
  constexpr std::string_view kOther = "!#$%&'*+-.^_`|~";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         kOther.find(c) != kOther.npos;
}

bool IsToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsTokenChar);
}

bool IsMediaType(std::string_view text) {
  const std::vector<std::string_view> parts = base::Split(text, '/');
  return parts.size() == 2 && IsToken(parts[0]) && IsToken(parts[1]);
}

// The name of "name=value", the value a token or quoted; empty for anything else.
std::string_view ParameterName(std::string_view text) {
  const size_t equals = text.find('=');
  if (equals == text.npos) return {};
  const std::string_view name = base::Trim(text.substr(0, equals));
  const std::string_view value = base::Trim(text.substr(equals + 1));
  const bool is_quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
  return IsToken(name) && (is_quoted || IsToken(value)) ? name : std::string_view();
}

std::optional<Format> FormatOfMedia(std::string_view media) {
  if (base::EqualsIgnoreCase(media, kTextMedia)) return Format::kText;
  if (base::EqualsIgnoreCase(media, kOpenMetricsMedia)) return Format::kOpenMetrics;
  if (base::EqualsIgnoreCase(media, kProtobufMedia)) return Format::kProtobuf;
  return std::nullopt;
}

struct Offer {
  std::optional<Format> format;
  double quality = 1;
  std::string_view version;
  std::optional<NameEscaping> escaping;
  std::string_view message;   // proto=
  std::string_view encoding;  // of protobuf messages
};

// What stands behind "NAME=" of a parameter, or nothing.
std::optional<std::string_view> ValueOf(std::string_view name, std::string_view parameter) {
  const size_t equals = parameter.find('=');
  if (equals == parameter.npos) return std::nullopt;
  if (!base::EqualsIgnoreCase(base::Trim(parameter.substr(0, equals)), name)) return std::nullopt;
  return base::Trim(parameter.substr(equals + 1));
}

Offer ReadOffer(std::string_view item) {
  const std::vector<std::string_view> parts = base::Split(item, ';');
  Offer offer;
  offer.format = FormatOfMedia(base::Trim(parts[0]));
  for (size_t i = 1; i < parts.size(); ++i) {
    const std::string_view parameter = base::Trim(parts[i]);
    if (const auto q = ValueOf("q", parameter)) offer.quality = base::ParseDouble(*q).value_or(0);
    if (const auto version = ValueOf("version", parameter)) offer.version = *version;
    if (const auto escaping = ValueOf("escaping", parameter)) {
      offer.escaping = NameEscapingOf(*escaping);
    }
    if (const auto message = ValueOf("proto", parameter)) offer.message = *message;
    if (const auto encoding = ValueOf("encoding", parameter)) offer.encoding = *encoding;
  }
  return offer;
}

}  // namespace

std::string_view ContentType(Format format) {
  switch (format) {
    case Format::kOpenMetrics:
      return "application/openmetrics-text; version=1.0.0; charset=utf-8";
    case Format::kProtobuf:
      return "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; "
             "encoding=delimited";
    case Format::kText:
      break;
  }
  return "text/plain; version=0.0.4; charset=utf-8";
}

std::string ContentType(const PageFormat& page) {
  std::string out(page.is_text_1 ? "text/plain; version=1.0.0; charset=utf-8"
                                 : ContentType(page.format));
  if (page.says_escaping) out += base::Concat({"; escaping=", NameEscapingText(page.escaping)});
  return out;
}

std::optional<Format> FormatOfContentType(std::string_view content_type) {
  const std::vector<std::string_view> parts = base::Split(content_type, ';');
  const std::string_view media = base::Trim(parts[0]);
  if (!IsMediaType(media)) return std::nullopt;
  std::vector<std::string> names;
  for (size_t i = 1; i < parts.size(); ++i) {
    const std::string_view parameter = base::Trim(parts[i]);
    // One semicolon at the end is common and harmless.
    if (parameter.empty() && i + 1 == parts.size()) continue;
    std::string name = base::ToLowerAscii(ParameterName(parameter));
    if (name.empty()) return std::nullopt;
    if (std::find(names.begin(), names.end(), name) != names.end()) return std::nullopt;
    names.push_back(std::move(name));
  }
  return FormatOfMedia(media);
}

Format NegotiateFormat(std::string_view accept) { return NegotiatePage(accept).format; }

PageFormat NegotiatePage(std::string_view accept) {
  PageFormat best;
  best.escaping = NameEscaping::kUnderscores;
  double best_quality = 0;
  for (const std::string_view item : base::Split(accept, ',')) {
    const Offer offer = ReadOffer(base::Trim(item));
    const bool is_written = offer.format && *offer.format != Format::kProtobuf;
    if (!is_written || offer.quality <= best_quality) continue;
    best_quality = offer.quality;
    best.format = *offer.format;
    best.is_text_1 = *offer.format == Format::kText && offer.version == "1.0.0";
    best.says_escaping = offer.escaping.has_value();
    best.escaping = offer.escaping.value_or(NameEscaping::kUnderscores);
  }
  return best;
}

PageFormat NegotiateFederation(std::string_view accept) {
  std::vector<Offer> offers;
  for (const std::string_view item : base::Split(accept, ',')) {
    offers.push_back(ReadOffer(base::Trim(item)));
  }
  std::stable_sort(offers.begin(), offers.end(),
                   [](const Offer& a, const Offer& b) { return a.quality > b.quality; });
  PageFormat page;
  page.escaping = NameEscaping::kUnderscores;
  page.says_escaping = true;
  for (const Offer& offer : offers) {
    page.escaping = offer.escaping.value_or(page.escaping);
    if (offer.format == Format::kText && (offer.version.empty() || offer.version == "0.0.4")) {
      return page;
    }
    if (offer.format == Format::kProtobuf && offer.message == kFamilyMessage &&
        offer.encoding == "delimited") {
      page.format = Format::kProtobuf;
      return page;
    }
  }
  return page;
}

std::optional<Format> FormatOfProtocol(std::string_view protocol) {
  if (protocol == "PrometheusText0.0.4" || protocol == "PrometheusText1.0.0") return Format::kText;
  if (protocol == "OpenMetricsText0.0.1" || protocol == "OpenMetricsText1.0.0") {
    return Format::kOpenMetrics;
  }
  if (protocol == "PrometheusProto") return Format::kProtobuf;
  return std::nullopt;
}

}  // namespace vedette::model::exposition
