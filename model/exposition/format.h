#ifndef VEDETTE_MODEL_EXPOSITION_FORMAT_H_
#define VEDETTE_MODEL_EXPOSITION_FORMAT_H_

#include <optional>
#include <string>
#include <string_view>

#include "model/exposition/name_escaping.h"

namespace vedette::model::exposition {

// Prometheus text 0.0.4 / 1.0.0, OpenMetrics text 0.0.1 / 1.0.0, and Prometheus protobuf, which
// /federate alone writes.
enum class Format { kText, kOpenMetrics, kProtobuf };

// What a page is to be written as. A Format alone means names as they are.
struct PageFormat {
  Format format = Format::kText;
  NameEscaping escaping = NameEscaping::kAllowUtf8;
  bool is_text_1 = false;      // text 1.0.0 was asked for, not 0.0.4
  bool says_escaping = false;  // the asker knows of escaping

  PageFormat() = default;
  PageFormat(Format f) : format(f) {}  // NOLINT: a Format is one
  friend bool operator==(const PageFormat&, const PageFormat&) = default;
};

// The Content-Type to answer with.
std::string_view ContentType(Format format);
std::string ContentType(const PageFormat& page);

// The format a Content-Type header names ("text/plain; version=0.0.4; charset=utf-8"), or nothing
// when it is blank, malformed or another media type. Versions are not looked at, as upstream.
std::optional<Format> FormatOfContentType(std::string_view content_type);

// The format that an Accept header prefers among the two texts; text when it names neither.
Format NegotiateFormat(std::string_view accept);
// The same with all that the header asks for. Who says nothing of escaping gets names with
// underscores, as upstream's clients answer: a name in quotes would cost them the page.
PageFormat NegotiatePage(std::string_view accept);

// What /federate is to answer: text 0.0.4, or protobuf where it is asked for, each message with its
// length before it. By upstream's rules, which do not know OpenMetrics there: of the offers by
// quality the first of these two; the escaping that was named last up to it.
PageFormat NegotiateFederation(std::string_view accept);

// A scrape_protocols entry ("OpenMetricsText1.0.0", "PrometheusText0.0.4" ...), or nothing.
std::optional<Format> FormatOfProtocol(std::string_view protocol);

}  // namespace vedette::model::exposition

#endif  // VEDETTE_MODEL_EXPOSITION_FORMAT_H_
