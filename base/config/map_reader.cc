#include <algorithm>
#include <cmath>

#include "base/config/yaml.h"
#include "base/strings.h"

namespace vedette::base::config {
namespace {

std::string Describe(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kNull:
      return "nothing";
    case Node::Kind::kScalar:
      return GoQuote(node.scalar);
    case Node::Kind::kSequence:
      return "a list";
    case Node::Kind::kMap:
      return "a map";
  }
  return {};
}

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [text](std::string_view word) { return EqualsIgnoreCase(text, word); });
}

// alecthomas/units: KB and KiB are both 1024.
std::optional<uint64_t> ParseBytes(std::string_view text) {
  const size_t digits = text.find_first_not_of("0123456789.");
  const std::string_view number = text.substr(0, digits);
  std::string_view unit = digits == std::string_view::npos ? "" : text.substr(digits);
  if (EndsWith(unit, "iB")) {
    unit.remove_suffix(2);
  } else if (EndsWith(unit, "B")) {
    unit.remove_suffix(1);
  }
  constexpr std::string_view kUnits = "KMGTPE";
  double factor = 1;
  if (!unit.empty()) {
    const size_t power = unit.size() == 1 ? kUnits.find(unit[0]) : std::string_view::npos;
    if (power == std::string_view::npos) return std::nullopt;
    factor = std::pow(1024.0, static_cast<double>(power + 1));
  }
  const auto value = ParseDouble(number);
  if (!value || *value * factor >= 9.2e18) return std::nullopt;
  return static_cast<uint64_t>(std::llround(*value * factor));
}

}  // namespace

MapReader::MapReader(const Node& node, std::string field, Problems* problems)
    : node_(node), field_(std::move(field)), problems_(problems) {
  if (node.kind != Node::Kind::kMap && node.kind != Node::Kind::kNull) {
    problems_->Add(node, field_, Concat({"want a map, found ", Describe(node)}));
  }
}

namespace {
std::string Dotted(const std::string& field, std::string_view key) {
  return field.empty() ? std::string(key) : Concat({field, ".", key});
}
}  // namespace

const Node* MapReader::Take(std::string_view key, Node::Kind kind, std::string_view expected) {
  known_.emplace_back(key);
  const Node* value = node_.Find(key);
  // `key:` with nothing after it leaves the default, as Go's decoders do.
  if (value == nullptr || value->kind == Node::Kind::kNull) return nullptr;
  if (value->kind == kind) return value;
  problems_->Add(*value, Dotted(field_, key),
                 Concat({"want ", expected, ", found ", Describe(*value)}));
  return nullptr;
}

bool MapReader::String(std::string_view key, std::string* out) {
  const Node* value = Take(key, Node::Kind::kScalar, "text");
  if (value != nullptr) *out = value->scalar;
  return value != nullptr;
}

bool MapReader::Bool(std::string_view key, bool* out) {
  const Node* value = Take(key, Node::Kind::kScalar, "true or false");
  if (value == nullptr) return false;
  if (!value->quoted && IsOneOf(value->scalar, {"true", "yes", "on"})) {
    *out = true;
  } else if (!value->quoted && IsOneOf(value->scalar, {"false", "no", "off"})) {
    *out = false;
  } else {
    problems_->Add(*value, Dotted(field_, key),
                   Concat({"want true or false, found ", Describe(*value)}));
  }
  return true;
}

bool MapReader::Int(std::string_view key, int64_t min, int64_t max, int64_t* out) {
  const Node* value = Take(key, Node::Kind::kScalar, "a whole number");
  if (value == nullptr) return false;
  const auto number = ParseInt(value->scalar);
  if (number && *number >= min && *number <= max) {
    *out = *number;
  } else {
    problems_->Add(*value, Dotted(field_, key),
                   Concat({"want a whole number from ", std::to_string(min), " to ",
                           std::to_string(max), ", found ", Describe(*value)}));
  }
  return true;
}

bool MapReader::Double(std::string_view key, double* out) {
  const Node* value = Take(key, Node::Kind::kScalar, "a number");
  if (value == nullptr) return false;
  if (const auto number = ParseDouble(value->scalar)) {
    *out = *number;
  } else {
    problems_->Add(*value, Dotted(field_, key),
                   Concat({"want a number, found ", Describe(*value)}));
  }
  return true;
}

bool MapReader::Duration(std::string_view key, int64_t* out_ms) {
  const Node* value = Take(key, Node::Kind::kScalar, "a duration");
  if (value == nullptr) return false;
  if (const auto ms = ParseDurationMs(value->scalar)) {
    *out_ms = *ms;
  } else {
    problems_->Add(*value, Dotted(field_, key),
                   Concat({"want a duration such as 30s or 1h30m, found ", Describe(*value)}));
  }
  return true;
}

bool MapReader::Bytes(std::string_view key, uint64_t* out) {
  const Node* value = Take(key, Node::Kind::kScalar, "a size");
  if (value == nullptr) return false;
  if (const auto bytes = ParseBytes(value->scalar)) {
    *out = *bytes;
  } else {
    problems_->Add(*value, Dotted(field_, key),
                   Concat({"want a size such as 512MB or 1GiB, found ", Describe(*value)}));
  }
  return true;
}

bool MapReader::StringList(std::string_view key, std::vector<std::string>* out) {
  const Node* value = Take(key, Node::Kind::kSequence, "a list");
  if (value == nullptr) return false;
  out->clear();
  for (size_t i = 0; i < value->items.size(); ++i) {
    const Node& item = value->items[i];
    if (item.kind == Node::Kind::kScalar) {
      out->push_back(item.scalar);
      continue;
    }
    problems_->Add(item, Concat({Dotted(field_, key), "[", std::to_string(i), "]"}),
                   Concat({"want text, found ", Describe(item)}));
  }
  return true;
}

bool MapReader::StringMap(std::string_view key,
                          std::vector<std::pair<std::string, std::string>>* out) {
  const Node* value = Take(key, Node::Kind::kMap, "a map");
  if (value == nullptr) return false;
  out->clear();
  for (const auto& [name, item] : value->entries) {
    if (item.kind == Node::Kind::kScalar || item.kind == Node::Kind::kNull) {
      out->emplace_back(name, item.scalar);
      continue;
    }
    problems_->Add(item, Dotted(Dotted(field_, key), name),
                   Concat({"want text, found ", Describe(item)}));
  }
  return true;
}

bool MapReader::Child(std::string_view key,
                      const std::function<void(const Node&, const std::string&)>& read) {
  known_.emplace_back(key);
  const Node* value = node_.Find(key);
  if (value == nullptr || value->kind == Node::Kind::kNull) return false;
  read(*value, Dotted(field_, key));
  return true;
}

bool MapReader::Each(std::string_view key,
                     const std::function<void(const Node&, const std::string&)>& read) {
  const Node* value = Take(key, Node::Kind::kSequence, "a list");
  if (value == nullptr) return false;
  for (size_t i = 0; i < value->items.size(); ++i) {
    read(value->items[i], Concat({Dotted(field_, key), "[", std::to_string(i), "]"}));
  }
  return true;
}

bool MapReader::Has(std::string_view key) const {
  const Node* value = node_.Find(key);
  return value != nullptr && value->kind != Node::Kind::kNull;
}

void MapReader::Ignore(std::string_view key) { known_.emplace_back(key); }

void MapReader::Refuse(std::string_view key, std::string_view why) {
  known_.emplace_back(key);
  const Node* value = node_.Find(key);
  if (value != nullptr) problems_->Add(*value, Dotted(field_, key), why);
}

void MapReader::Require(std::string_view key) {
  if (!Has(key)) problems_->Add(node_, Dotted(field_, key), "is missing");
}

void MapReader::Finish() {
  for (const auto& [name, value] : node_.entries) {
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    std::vector<std::string> allowed = known_;
    std::sort(allowed.begin(), allowed.end());
    problems_->Add(value, Dotted(field_, name),
                   Concat({"unknown key, want one of ", Join(allowed, ", ")}));
  }
}

}  // namespace vedette::base::config
