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
std::optional<int64_t> NumericTime(std::string_view json) {
  constexpr std::string_view kKey = "\"ts\":";
  const size_t key = json.find(kKey);
  if (key == std::string_view::npos) return std::nullopt;
  size_t begin = key + kKey.size();
  while (begin < json.size() && json[begin] == ' ') ++begin;
  size_t end = begin;
  while (end < json.size() && ((json[end] >= '0' && json[end] <= '9') || json[end] == '.')) ++end;
  return ParseEpochSeconds(json.substr(begin, end - begin));
}

}  // namespace

CaddyLineReader::CaddyLineReader(TimeZone zone)
    : zone_(zone), parser_(std::make_unique<simdjson::dom::parser>()) {}
CaddyLineReader::~CaddyLineReader() = default;

CaddyFacts CaddyLineReader::Read(std::string_view line, int64_t read_at_ns) {
  CaddyFacts facts;
  facts.timestamp_ns = read_at_ns;
  const size_t brace = line.find('{');
  if (brace != std::string_view::npos) ReadJson(line.substr(brace), read_at_ns, &facts);
  if (brace != 0) {
    if (const auto prefix = ParseLeadingTime(line.substr(0, brace), zone_)) {
      facts.timestamp_ns = prefix->nanos;
      if (!prefix->level.empty()) facts.level = prefix->level;
    }
  }
  if (facts.level.empty()) facts.level = model::LevelOfLine(line);
  if (facts.level.empty()) facts.level = "info";
  return facts;
}

void CaddyLineReader::ReadJson(std::string_view json, int64_t read_at_ns, CaddyFacts* facts) {
  padded_.assign(json);
  padded_.resize(json.size() + simdjson::SIMDJSON_PADDING);
  simdjson::dom::object object;
  if (parser_->parse(padded_.data(), json.size(), false).get_object().get(object) !=
      simdjson::SUCCESS) {
    return;
  }
  facts->level = model::NormaliseLevel(StringField(object, "level"));
  facts->logger = StringField(object, "logger");
  int64_t status = 0;
  // 0 is what Caddy writes where no answer was sent.
  if (object.at_key("status").get_int64().get(status) == simdjson::SUCCESS && status > 0) {
    facts->status = std::to_string(status);
  }
  double number = 0;
  if (object.at_key("ts").get_double().get(number) == simdjson::SUCCESS) {
    if (const auto time = NumericTime(json)) facts->timestamp_ns = *time;
  } else if (const auto time = ParseLeadingTime(StringField(object, "ts"), zone_)) {
    facts->timestamp_ns = time->nanos;
  } else {
    facts->timestamp_ns = read_at_ns;
  }
}

}  // namespace vedette::shipper
