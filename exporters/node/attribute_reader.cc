#include "exporters/node/attribute_reader.h"

#include <climits>
#include <cstdlib>
#include <memory>

#include "base/strings.h"

namespace vedette::exporters::node {

std::optional<std::string_view> AttributeReader::Text(const std::string& path) {
  const auto text = file_.Read(path);
  if (!text.ok()) return std::nullopt;
  return base::Trim(*text);
}

std::optional<int64_t> AttributeReader::Int(const std::string& path) {
  const auto text = Text(path);
  return text ? base::ParseInt(*text) : std::nullopt;
}

std::optional<double> AttributeReader::Number(const std::string& path) {
  const auto text = Text(path);
  return text ? base::ParseDouble(*text) : std::nullopt;
}

base::StatusOr<std::string> AttributeReader::RequiredText(const std::string& path) {
  VEDETTE_ASSIGN_OR_RETURN(const std::string_view text, file_.Read(path));
  return std::string(base::Trim(text));
}

AttributeFamilies::AttributeFamilies(std::span<const NumberAttribute> attributes, FamilySink* sink)
    : attributes_(attributes) {
  families_.reserve(attributes.size());
  for (const NumberAttribute& attribute : attributes) {
    families_.push_back(attribute.is_counter ? sink->Counter(attribute.family, attribute.help)
                                             : sink->Gauge(attribute.family, attribute.help));
  }
}

void AttributeFamilies::AddPresent(const std::string& folder, std::span<const LabelRef> labels,
                                   AttributeReader* reader) {
  for (size_t i = 0; i < attributes_.size(); ++i) {
    const auto value = reader->Number(folder + attributes_[i].file);
    if (value) families_[i].Add(*value * attributes_[i].unit, labels);
  }
}

base::Status AttributeFamilies::AddAll(const std::string& folder, std::span<const LabelRef> labels,
                                       AttributeReader* reader) {
  for (size_t i = 0; i < attributes_.size(); ++i) {
    VEDETTE_ASSIGN_OR_RETURN(const uint64_t value,
                             reader->RequiredUint(folder + attributes_[i].file));
    families_[i].Add(static_cast<double>(value) * attributes_[i].unit, labels);
  }
  return base::Status();
}

std::optional<std::string_view> NumberAfter(std::string_view name, std::string_view prefix) {
  if (!base::StartsWith(name, prefix) || name.size() == prefix.size()) return std::nullopt;
  name.remove_prefix(prefix.size());
  if (name.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  return name;
}

LinkTarget ResolveLink(const std::string& path) {
  struct Free {
    void operator()(char* text) const { std::free(text); }
  };
  const std::unique_ptr<char, Free> real(::realpath(path.c_str(), nullptr));
  if (!real) return {};
  const std::vector<std::string_view> parts = base::Split(real.get(), '/');
  LinkTarget target;
  target.name = parts.back();
  if (parts.size() >= 2) target.parent = parts[parts.size() - 2];
  return target;
}

}  // namespace vedette::exporters::node
