#ifndef VEDETTE_MODEL_EXPOSITION_FORMAT_H_
#define VEDETTE_MODEL_EXPOSITION_FORMAT_H_

#include <optional>
#include <string_view>

namespace vedette::model::exposition {

// Prometheus text 0.0.4 / 1.0.0 and OpenMetrics text 0.0.1 / 1.0.0.
enum class Format { kText, kOpenMetrics };

// The Content-Type to answer with.
std::string_view ContentType(Format format);

// The format a Content-Type header names ("text/plain; version=0.0.4; charset=utf-8"), or nothing
// when it is blank, malformed or another media type.
std::optional<Format> FormatOfContentType(std::string_view content_type);

// The format that an Accept header prefers among the two; text when it names neither.
Format NegotiateFormat(std::string_view accept);

// A scrape_protocols entry ("OpenMetricsText1.0.0", "PrometheusText0.0.4" ...), or nothing.
std::optional<Format> FormatOfProtocol(std::string_view protocol);

}  // namespace vedette::model::exposition

#endif  // VEDETTE_MODEL_EXPOSITION_FORMAT_H_
