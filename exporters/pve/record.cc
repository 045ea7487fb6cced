#include "exporters/pve/record.h"

#include <simdjson.h>

#include <algorithm>

#include "base/number_text.h"
#include "base/strings.h"

namespace vedette::exporters::pve {
namespace {

namespace dom = simdjson::dom;

constexpr size_t kMaxMessageBytes = 200;

template <typename T>
Record::Field NumberField(std::string_view name, T value) {
  std::string text;
  if constexpr (std::is_same_v<T, double>) {
    base::AppendFloatF(value, &text);
  } else {
    text = std::to_string(value);
  }
  return {std::string(name), std::move(text), static_cast<double>(value)};
}

void AddField(std::string_view name, const dom::element& value, Record* record) {
  switch (value.type()) {
    case dom::element_type::STRING: {
      std::string text = base::RepairUtf8(std::string_view(value));
      const std::optional<double> number = base::ParseDouble(text);
      record->Add({std::string(name), std::move(text), number});
      break;
    }
    case dom::element_type::INT64:
      record->Add(NumberField(name, int64_t(value)));
      break;
    case dom::element_type::UINT64:
      record->Add(NumberField(name, uint64_t(value)));
      break;
    case dom::element_type::DOUBLE:
      record->Add(NumberField(name, double(value)));
      break;
    case dom::element_type::BOOL:
      record->Add(NumberField(name, bool(value) ? int64_t{1} : int64_t{0}));
      break;
    default:  // objects, lists, null
      break;
  }
}

Record ReadRecord(const dom::object& object) {
  Record record;
  for (const auto& [name, value] : object) AddField(name, value, &record);
  return record;
}

base::StatusOr<std::vector<Record>> ReadList(const dom::array& list) {
  std::vector<Record> records;
  records.reserve(list.size());
  for (const dom::element& item : list) {
    dom::object object;
    if (item.get(object) != simdjson::SUCCESS) {
      return base::DataLoss("expected a list of objects in \"data\", found something else in it");
    }
    records.push_back(ReadRecord(object));
  }
  return records;
}

std::string_view FirstByteKind(std::string_view body) {
  const std::string_view text = base::Trim(body);
  if (text.empty()) return "nothing";
  return text.front() == '<' ? "HTML or XML" : "something else";
}

}  // namespace

const Record::Field* Record::Find(std::string_view name) const {
  const auto found = std::find_if(fields_.begin(), fields_.end(),
                                  [name](const Field& field) { return field.name == name; });
  return found == fields_.end() ? nullptr : &*found;
}

std::string_view Record::Text(std::string_view name) const {
  const Field* field = Find(name);
  return field == nullptr ? std::string_view() : std::string_view(field->text);
}

std::optional<double> Record::Number(std::string_view name) const {
  const Field* field = Find(name);
  return field == nullptr ? std::nullopt : field->number;
}

base::StatusOr<std::vector<Record>> ParseAnswer(std::string_view body) {
  dom::parser parser;
  dom::element root;
  if (const auto error = parser.parse(body.data(), body.size()).get(root)) {
    return base::DataLoss(base::Concat(
        {"expected JSON, found ", FirstByteKind(body), " (", simdjson::error_message(error), ")"}));
  }
  dom::element data;
  if (root.at_key("data").get(data) != simdjson::SUCCESS) {
    return base::DataLoss("expected a JSON object with \"data\", found another JSON value");
  }
  if (data.is_null()) return std::vector<Record>();
  if (dom::array list; data.get(list) == simdjson::SUCCESS) return ReadList(list);
  if (dom::object object; data.get(object) == simdjson::SUCCESS) {
    std::vector<Record> records;
    if (object.size() > 0) records.push_back(ReadRecord(object));
    return records;
  }
  return base::DataLoss("expected an object or a list in \"data\", found a scalar");
}

std::string FailureMessage(std::string_view body) {
  dom::parser parser;
  std::string_view message;
  const auto error = parser.parse(body.data(), body.size()).at_key("message").get(message);
  if (error != simdjson::SUCCESS) return "";
  return base::RepairUtf8(base::Trim(message.substr(0, kMaxMessageBytes)));
}

}  // namespace vedette::exporters::pve
