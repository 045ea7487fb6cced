#include "model/exposition/writer.h"

#include <cmath>

#include "base/number_text.h"
#include "base/strings.h"
#include "model/labels.h"

namespace vedette::model::exposition {
namespace {

// Escapes backslash and newline, and the quote where the text stands in quotes.
void AppendEscaped(std::string_view text, bool escape_quote, std::string* out) {
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
void AppendName(std::string_view name, bool bare, std::string* out) {
  if (bare) {
    *out += name;
  } else {
    AppendQuoted(name, out);
  }
}

// The writer of one family: where a counter's "_total" stands differs between the formats.
class FamilyWriter {
 public:
  FamilyWriter(const Family& family, Format format, std::string* out)
      : family_(family), format_(format), out_(out), metadata_name_(family.name) {
    if (format == Format::kOpenMetrics) TakeSuffixOff();
  }

  void Write() {
    const bool bare = IsLegacyMetricName(metadata_name_);
    if (!family_.help.empty()) {
      Head("# HELP ", bare);
      AppendEscaped(family_.help, format_ == Format::kOpenMetrics, out_);
      *out_ += '\n';
    }
    Head("# TYPE ", bare);
    *out_ += TypeName();
    *out_ += '\n';
    if (HasUnit()) {
      Head("# UNIT ", bare);
      *out_ += family_.unit;
      *out_ += '\n';
    }
    for (const Point& point : family_.points) WritePoint(point);
  }

 private:
  void TakeSuffixOff() {
    const std::string_view suffix = family_.type == FamilyType::kCounter ? "_total"
                                    : family_.type == FamilyType::kInfo  ? "_info"
                                                                         : "";
    if (suffix.empty()) return;
    if (base::EndsWith(metadata_name_, suffix)) {
      metadata_name_.remove_suffix(suffix.size());
    } else {
      missing_suffix_ = suffix;
    }
  }

  bool HasUnit() const {
    return format_ == Format::kOpenMetrics && !family_.unit.empty() &&
           base::EndsWith(metadata_name_, "_" + family_.unit);
  }

  std::string_view TypeName() const {
    if (format_ == Format::kOpenMetrics) return FamilyTypeName(family_.type);
    switch (family_.type) {
      case FamilyType::kCounter:
      case FamilyType::kGauge:
      case FamilyType::kSummary:
      case FamilyType::kHistogram:
        return FamilyTypeName(family_.type);
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

  void Head(std::string_view keyword, bool bare) {
    *out_ += keyword;
    AppendName(metadata_name_, bare, out_);
    *out_ += ' ';
  }

  void WritePoint(const Point& point) {
    std::string name = family_.name + point.suffix;
    if (point.suffix.empty()) name += missing_suffix_;
    WriteSeries(name, point);
    *out_ += ' ';
    base::AppendFloatG(point.value, out_);
    if (point.timestamp_ms) WriteTime(*point.timestamp_ms);
    *out_ += '\n';
  }

  void WriteSeries(const std::string& name, const Point& point) {
    const bool bare = IsLegacyMetricName(name);
    if (bare) *out_ += name;
    if (bare && point.labels.empty()) return;
    *out_ += '{';
    if (!bare) AppendQuoted(name, out_);
    bool first = bare;
    for (const auto& [label, value] : point.labels) {
      if (!first) *out_ += ',';
      first = false;
      AppendName(label, IsLegacyLabelName(label), out_);
      *out_ += '=';
      AppendQuoted(value, out_);
    }
    *out_ += '}';
  }

  void WriteTime(int64_t ms) {
    *out_ += ' ';
    if (format_ == Format::kOpenMetrics) {
      base::AppendSeconds(ms, out_);
    } else {
      *out_ += std::to_string(ms);
    }
  }

  const Family& family_;
  const Format format_;
  std::string* const out_;
  std::string_view metadata_name_;
  std::string_view missing_suffix_;
};

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

void AppendFamily(const Family& family, Format format, std::string* out) {
  if (!family.points.empty()) FamilyWriter(family, format, out).Write();
}

std::string WriteFamilies(std::span<const Family> families, Format format) {
  std::string out;
  for (const Family& family : families) AppendFamily(family, format, &out);
  if (format == Format::kOpenMetrics) out += "# EOF\n";
  return out;
}

}  // namespace vedette::model::exposition
