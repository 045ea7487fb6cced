#include "model/exposition/writer.h"

#include <algorithm>
#include <vector>

#include "base/number_text.h"
#include "base/strings.h"
#include "model/labels.h"

namespace vedette::model::exposition {
namespace {

// Whether the text stands on the page as it is, in quotes or not.
bool IsPlain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= ' ' && byte < 0x80 && c != '\\' && c != '"';
  });
}

// Escapes backslash and newline, and the quote where the text stands in quotes.
void AppendEscaped(std::string_view text, bool escape_quote, std::string* out) {
  if (IsPlain(text)) {
    *out += text;
    return;
  }
  std::string repaired;
  if (!base::IsValidUtf8(text)) {
    repaired = base::RepairUtf8(text);
    text = repaired;
  }
  for (const char c : text) {
    if (c == '\\') {
      *out += "\\\\";
    } else if (c == '\n') {
      *out += "\\n";
    } else if (c == '"' && escape_quote) {
      *out += "\\\"";
    } else {
      *out += c;
    }
  }
}

void AppendQuoted(std::string_view text, std::string* out) {
  *out += '"';
  AppendEscaped(text, true, out);
  *out += '"';
}

// A name where the format allows a bare one, quoted where its characters need it.
void AppendName(std::string_view name, bool is_bare, std::string* out) {
  if (is_bare) {
    *out += name;
  } else {
    AppendQuoted(name, out);
  }
}

std::string_view TypeName(FamilyType type, Format format) {
  if (format == Format::kOpenMetrics) return FamilyTypeName(type);
  switch (type) {
    case FamilyType::kCounter:
    case FamilyType::kGauge:
    case FamilyType::kSummary:
    case FamilyType::kHistogram:
      return FamilyTypeName(type);
    case FamilyType::kInfo:
    case FamilyType::kStateSet:
      return "gauge";
    case FamilyType::kGaugeHistogram:
      return "histogram";
    case FamilyType::kUnknown:
      break;
  }
  return "untyped";
}

// Whether a name needs no escaping.
bool IsKept(std::string_view name, NameEscaping escaping) {
  return escaping == NameEscaping::kAllowUtf8 ||
         (escaping != NameEscaping::kDots && IsLegacyMetricName(name));
}

void AppendTime(int64_t ms, Format format, std::string* out) {
  *out += ' ';
  if (format == Format::kOpenMetrics) {
    base::AppendSeconds(ms, out);
  } else {
    *out += std::to_string(ms);
  }
}

}  // namespace

std::string_view FamilyTypeName(FamilyType type) {
  switch (type) {
    case FamilyType::kCounter:
      return "counter";
    case FamilyType::kGauge:
      return "gauge";
    case FamilyType::kHistogram:
      return "histogram";
    case FamilyType::kSummary:
      return "summary";
    case FamilyType::kGaugeHistogram:
      return "gaugehistogram";
    case FamilyType::kInfo:
      return "info";
    case FamilyType::kStateSet:
      return "stateset";
    case FamilyType::kUnknown:
      break;
  }
  return "unknown";
}

FamilyWriter::FamilyWriter(const Head& head, const PageFormat& page, std::string* out)
    : escaping_(page.escaping),
      escaped_(IsKept(head.name, page.escaping) ? "" : EscapeName(head.name, page.escaping)),
      head_(head),
      type_(head.type),
      format_(page.format),
      out_(out) {
  if (!escaped_.empty()) head_.name = escaped_;
  metadata_name_ = head_.name;
  is_bare_ = IsLegacyMetricName(head_.name);
  if (format_ == Format::kOpenMetrics) TakeSuffixOff();
  WriteHead();
}

// OpenMetrics wants "_total" behind a counter's every name. One that has none is told as unknown:
// dashboards ask for the name that it has.
void FamilyWriter::TakeSuffixOff() {
  const std::string_view suffix = type_ == FamilyType::kCounter ? "_total"
                                  : type_ == FamilyType::kInfo  ? "_info"
                                                                : "";
  if (suffix.empty()) return;
  if (base::EndsWith(metadata_name_, suffix)) {
    metadata_name_.remove_suffix(suffix.size());
  } else {
    type_ = FamilyType::kUnknown;
  }
}

void FamilyWriter::WriteHead() {
  const bool is_bare = IsLegacyMetricName(metadata_name_);
  if (!head_.help.empty()) {
    StartLine("# HELP ", is_bare);
    AppendEscaped(head_.help, format_ == Format::kOpenMetrics, out_);
    *out_ += '\n';
  }
  StartLine("# TYPE ", is_bare);
  *out_ += TypeName(type_, format_);
  *out_ += '\n';
  if (format_ != Format::kOpenMetrics || head_.unit.empty() ||
      !base::EndsWith(metadata_name_, base::Concat({"_", head_.unit}))) {
    return;
  }
  StartLine("# UNIT ", is_bare);
  *out_ += head_.unit;
  *out_ += '\n';
}

void FamilyWriter::StartLine(std::string_view keyword, bool is_bare) {
  *out_ += keyword;
  AppendName(metadata_name_, is_bare, out_);
  *out_ += ' ';
}

void FamilyWriter::AddPoint(std::string_view suffix, std::span<const LabelView> labels,
                            double value, std::optional<int64_t> timestamp_ms) {
  WriteSeries(suffix, labels);
  *out_ += ' ';
  base::AppendFloatG(value, out_);
  if (timestamp_ms) AppendTime(*timestamp_ms, format_, out_);
  *out_ += '\n';
}

void FamilyWriter::WriteSeries(std::string_view suffix, std::span<const LabelView> labels) {
  const bool is_bare = is_bare_ && (suffix.empty() || IsLegacyLabelName(suffix));
  if (is_bare) {
    *out_ += head_.name;
    *out_ += suffix;
    if (labels.empty()) return;
    *out_ += '{';
  } else {
    *out_ += '{';
    AppendQuoted(base::Concat({head_.name, suffix}), out_);
  }
  bool is_first = is_bare;
  for (const LabelView& label : labels) {
    if (!is_first) *out_ += ',';
    is_first = false;
    WriteLabelName(label.name);
    *out_ += '=';
    AppendQuoted(label.value, out_);
  }
  *out_ += '}';
}

void FamilyWriter::WriteLabelName(std::string_view name) {
  if (IsKept(name, escaping_)) {
    AppendName(name, IsLegacyLabelName(name), out_);
  } else {
    const std::string escaped = EscapeName(name, escaping_);
    AppendName(escaped, IsLegacyLabelName(escaped), out_);
  }
}

void AppendFamily(const Family& family, const PageFormat& page, std::string* out) {
  if (family.points.empty()) return;
  FamilyWriter writer({family.name, family.help, family.type, family.unit}, page, out);
  std::vector<LabelView> labels;
  for (const Point& point : family.points) {
    labels.assign(point.labels.size(), LabelView());
    for (size_t i = 0; i < labels.size(); ++i) {
      labels[i] = {point.labels[i].first, point.labels[i].second};
    }
    writer.AddPoint(point.suffix, labels, point.value, point.timestamp_ms);
  }
}

void EndPage(Format format, std::string* out) {
  if (format == Format::kOpenMetrics) *out += "# EOF\n";
}

std::string WriteFamilies(std::span<const Family> families, const PageFormat& page) {
  std::string out;
  for (const Family& family : families) AppendFamily(family, page, &out);
  EndPage(page.format, &out);
  return out;
}

}  // namespace vedette::model::exposition
