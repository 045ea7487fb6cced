#include "base/json_writer.h"

#include <cmath>

#include "base/decimal_digits.h"
#include "base/status.h"
#include "base/utf8.h"

namespace vedette::base {
namespace {

void AppendJsonEscape(unsigned char c, std::string* out) {
  switch (c) {
    case '"':
      out->append("\\\"");
      return;
    case '\\':
      out->append("\\\\");
      return;
    case '\n':
      out->append("\\n");
      return;
    case '\r':
      out->append("\\r");
      return;
    case '\t':
      out->append("\\t");
      return;
    default:
      break;
  }
  out->append("\\u00");
  out->push_back("0123456789abcdef"[c >> 4]);
  out->push_back("0123456789abcdef"[c & 0xF]);
}

}  // namespace

void AppendJsonString(std::string_view value, std::string* out) {
  out->push_back('"');
  size_t start = 0;  // of the run not yet copied
  for (size_t i = 0; i < value.size();) {
    const unsigned char c = static_cast<unsigned char>(value[i]);
    if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') {
      ++i;
      continue;
    }
    const Rune rune = DecodeRune(value.substr(i));
    if (c < 0x80 || !rune.valid) {
      out->append(value, start, i - start);
      if (c < 0x80) {
        AppendJsonEscape(c, out);
      } else {
        AppendRune(kReplacementRune, out);
      }
      start = i + rune.size;
    }
    i += rune.size;
  }
  out->append(value, start);
  out->push_back('"');
}

void JsonWriter::BeforeValue() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (has_items_.empty()) return;
  if (has_items_.back()) out_->push_back(',');
  has_items_.back() = true;
}

JsonWriter& JsonWriter::BeginObject() {
  BeforeValue();
  out_->push_back('{');
  has_items_.push_back(false);
  return *this;
}

JsonWriter& JsonWriter::EndObject() {
  VEDETTE_CHECK(!has_items_.empty() && !after_key_);
  has_items_.pop_back();
  out_->push_back('}');
  return *this;
}

JsonWriter& JsonWriter::BeginArray() {
  BeforeValue();
  out_->push_back('[');
  has_items_.push_back(false);
  return *this;
}

JsonWriter& JsonWriter::EndArray() {
  VEDETTE_CHECK(!has_items_.empty() && !after_key_);
  has_items_.pop_back();
  out_->push_back(']');
  return *this;
}

JsonWriter& JsonWriter::Key(std::string_view key) {
  VEDETTE_CHECK(!has_items_.empty() && !after_key_);
  BeforeValue();
  AppendJsonString(key, out_);
  out_->push_back(':');
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::String(std::string_view value) {
  BeforeValue();
  AppendJsonString(value, out_);
  return *this;
}

JsonWriter& JsonWriter::Int(int64_t value) { return Raw(std::to_string(value)); }

JsonWriter& JsonWriter::Uint(uint64_t value) { return Raw(std::to_string(value)); }

JsonWriter& JsonWriter::Double(double value) {
  VEDETTE_CHECK(std::isfinite(value));
  BeforeValue();
  const DecimalDigits digits = ShortestDigits(value);
  if (value != 0 && (digits.exponent < -6 || digits.exponent >= 21)) {
    AppendScientific(digits, 1, out_);
  } else {
    AppendFixed(digits, out_);
  }
  return *this;
}

JsonWriter& JsonWriter::Bool(bool value) { return Raw(value ? "true" : "false"); }

JsonWriter& JsonWriter::Null() { return Raw("null"); }

JsonWriter& JsonWriter::Raw(std::string_view json) {
  BeforeValue();
  out_->append(json);
  return *this;
}

}  // namespace vedette::base
