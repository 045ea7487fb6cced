#include "model/exposition/format.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/strings.h"

namespace vedette::model::exposition {
namespace {

constexpr std::string_view kTextMedia = "text/plain";
constexpr std::string_view kOpenMetricsMedia = "application/openmetrics-text";

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

// "name=value", the value a token or quoted.
bool IsParameter(std::string_view text) {
  const size_t equals = text.find('=');
  if (equals == text.npos || !IsToken(base::Trim(text.substr(0, equals)))) return false;
  const std::string_view value = base::Trim(text.substr(equals + 1));
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') return true;
  return IsToken(value);
}

std::optional<Format> FormatOfMedia(std::string_view media) {
  if (base::EqualsIgnoreCase(media, kTextMedia)) return Format::kText;
  if (base::EqualsIgnoreCase(media, kOpenMetricsMedia)) return Format::kOpenMetrics;
  return std::nullopt;
}

struct Offer {
  std::optional<Format> format;
  double quality = 1;
};

Offer ReadOffer(std::string_view item) {
  const std::vector<std::string_view> parts = base::Split(item, ';');
  Offer offer;
  offer.format = FormatOfMedia(base::Trim(parts[0]));
  for (size_t i = 1; i < parts.size(); ++i) {
    const std::string_view parameter = base::Trim(parts[i]);
    if (!base::StartsWith(parameter, "q=")) continue;
    offer.quality = base::ParseDouble(parameter.substr(2)).value_or(0);
  }
  return offer;
}

}  // namespace

std::string_view ContentType(Format format) {
  return format == Format::kOpenMetrics
             ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
             : "text/plain; version=0.0.4; charset=utf-8";
}

std::optional<Format> FormatOfContentType(std::string_view content_type) {
  const std::vector<std::string_view> parts = base::Split(content_type, ';');
  const std::string_view media = base::Trim(parts[0]);
  if (!IsMediaType(media)) return std::nullopt;
  for (size_t i = 1; i < parts.size(); ++i) {
    const std::string_view parameter = base::Trim(parts[i]);
    // One semicolon at the end is common and harmless.
    if (parameter.empty() && i + 1 == parts.size()) continue;
    if (!IsParameter(parameter)) return std::nullopt;
  }
  return FormatOfMedia(media);
}

Format NegotiateFormat(std::string_view accept) {
  Format best = Format::kText;
  double best_quality = 0;
  for (const std::string_view item : base::Split(accept, ',')) {
    const Offer offer = ReadOffer(base::Trim(item));
    if (!offer.format || offer.quality <= best_quality) continue;
    best = *offer.format;
    best_quality = offer.quality;
  }
  return best;
}

std::optional<Format> FormatOfProtocol(std::string_view protocol) {
  if (protocol == "PrometheusText0.0.4" || protocol == "PrometheusText1.0.0") return Format::kText;
  if (protocol == "OpenMetricsText0.0.1" || protocol == "OpenMetricsText1.0.0") {
    return Format::kOpenMetrics;
  }
  return std::nullopt;
}

}  // namespace vedette::model::exposition
