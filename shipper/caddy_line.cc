#include "shipper/caddy_line.h"

#include <simdjson.h>

#include <optional>

#include "model/log_level.h"

namespace vedette::shipper {
namespace {

std::string_view StringField(const simdjson::dom::object& object, std::string_view key) {
  std::string_view value;
  if (object.at_key(key).get_string().get(value) != simdjson::SUCCESS) return {};
  return value;
}

// `ts` by its text, since a double holds seconds to the microsecond only. The number is found by
// its key at the top level, where Caddy writes it before anything nested.
std::optional<LeadingTime> NumericTime(std::string_view json) {
  constexpr std::string_view kKey = "\"ts\":";
  const size_t key = json.find(kKey);
  if (key == std::string_view::npos) return std::nullopt;
  size_t begin = key + kKey.size();
  while (begin < json.size() && json[begin] == ' ') ++begin;
  size_t end = begin;
  while (end < json.size() && ((json[end] >= '0' && json[end] <= '9') || json[end] == '.')) ++end;
  const std::string_view number = json.substr(begin, end - begin);
  const std::optional<int64_t> nanos = ParseEpochSeconds(number);
  if (!nanos) return std::nullopt;
  LeadingTime time;
  time.nanos = *nanos;
  time.whole_seconds = number.find('.') == std::string_view::npos;
  return time;
}

}  // namespace

CaddyLineReader::CaddyLineReader(TimeZone zone)
    : zone_(zone), parser_(std::make_unique<simdjson::dom::parser>()) {}
CaddyLineReader::~CaddyLineReader() = default;

CaddyFacts CaddyLineReader::Read(std::string_view line) {
  CaddyFacts facts;
  const size_t brace = line.find('{');
  if (brace != std::string_view::npos) ReadJson(line.substr(brace), &facts);
  if (brace != 0) {
    if (const auto prefix = ParseLeadingTime(line.substr(0, brace), zone_)) {
      facts.time = *prefix;
      if (!prefix->level.empty()) facts.level = prefix->level;
    }
  }
  if (facts.level.empty()) facts.level = model::LevelOfLine(line);
  return facts;
}

void CaddyLineReader::ReadJson(std::string_view json, CaddyFacts* facts) {
  padded_.assign(json);
  padded_.resize(json.size() + simdjson::SIMDJSON_PADDING);
  simdjson::dom::object object;
  if (parser_->parse(padded_.data(), json.size(), false).get_object().get(object) !=
      simdjson::SUCCESS) {
    return;
  }
  facts->level = model::NormaliseLevel(StringField(object, "level"));
  const std::string_view logger = StringField(object, "logger");
  if (logger.size() <= kMaxLoggerBytes) facts->logger = logger;
  int64_t status = 0;
  // 0 is what Caddy writes where no answer was sent; what else is no status makes no label.
  if (object.at_key("status").get_int64().get(status) == simdjson::SUCCESS && status >= 100 &&
      status <= 999) {
    facts->status = std::to_string(status);
  }
  double number = 0;
  facts->time = object.at_key("ts").get_double().get(number) == simdjson::SUCCESS
                    ? NumericTime(json)
                    : ParseLeadingTime(StringField(object, "ts"), zone_);
}

}  // namespace vedette::shipper
