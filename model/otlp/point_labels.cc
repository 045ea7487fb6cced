#include "model/otlp/point_labels.h"

#include <algorithm>

#include "base/strings.h"
#include "model/otlp/names.h"
#include "model/remote_write.h"

namespace vedette::model::otlp {
namespace {

constexpr std::string_view kServiceNamespace = "service.namespace";
constexpr std::string_view kServiceName = "service.name";
constexpr std::string_view kServiceInstance = "service.instance.id";
constexpr std::string_view kJob = "job";
constexpr std::string_view kInstance = "instance";
constexpr std::string_view kScopePrefix = "otel_scope_";

using Pairs = std::vector<std::pair<std::string, std::string>>;

bool IsIdentifying(std::string_view key) {
  return key == kServiceNamespace || key == kServiceName || key == kServiceInstance;
}

std::string* FindLabel(Pairs* pairs, std::string_view name) {
  for (auto& [known, value] : *pairs) {
    if (known == name) return &value;
  }
  return nullptr;
}

void SetLabel(std::string_view name, std::string_view value, Pairs* pairs) {
  if (std::string* const known = FindLabel(pairs, name)) {
    *known = value;
  } else {
    pairs->emplace_back(name, value);
  }
}

void SortByKey(Attributes* attributes) {
  std::stable_sort(attributes->begin(), attributes->end(),
                   [](const Attribute& a, const Attribute& b) { return a.key < b.key; });
}

// As those who write to us by remote write are held to.
base::Status CheckSizes(const Pairs& pairs) {
  constexpr RemoteWriteLimits kLimits;
  if (pairs.size() > kLimits.max_labels) {
    return base::InvalidArgument(
        base::Concat({"found ", std::to_string(pairs.size()), " labels; allowed are ",
                      std::to_string(kLimits.max_labels)}));
  }
  for (const auto& [name, value] : pairs) {
    if (name.size() <= kLimits.max_name_bytes && value.size() <= kLimits.max_value_bytes) continue;
    return base::InvalidArgument(
        base::Concat({"the label ", base::GoQuote(name.substr(0, 64)), " is too long: allowed are ",
                      std::to_string(kLimits.max_name_bytes), " bytes of name and ",
                      std::to_string(kLimits.max_value_bytes), " of value"}));
  }
  return {};
}

base::StatusOr<LabelsBuilder> Checked(const Pairs& pairs) {
  VEDETTE_RETURN_IF_ERROR(CheckSizes(pairs));
  LabelsBuilder builder;
  for (const auto& [name, value] : pairs) builder.Set(name, value);
  return builder;
}

base::Status CheckNumber(const Attributes& attributes) {
  constexpr RemoteWriteLimits kLimits;
  if (attributes.size() <= kLimits.max_labels) return {};
  return base::InvalidArgument(
      base::Concat({"found ", std::to_string(attributes.size()), " attributes; allowed are ",
                    std::to_string(kLimits.max_labels)}));
}

}  // namespace

void PointLabels::SetResource(const Resource& resource) {
  resource_ = resource.attributes;
  SortByKey(&resource_);
  scope_ = Scope();
}

base::StatusOr<LabelsBuilder> PointLabels::Of(const Attributes& attributes) const {
  Pairs pairs;
  VEDETTE_RETURN_IF_ERROR(AddAttributes(attributes, &pairs));
  VEDETTE_RETURN_IF_ERROR(AddPromoted(&pairs));
  VEDETTE_RETURN_IF_ERROR(AddScope(&pairs));
  AddIdentity(&pairs);
  return Checked(pairs);
}

base::StatusOr<std::optional<LabelsBuilder>> PointLabels::OfTargetInfo() const {
  const auto says = [](const Attribute& a) { return !IsIdentifying(a.key); };
  if (std::none_of(resource_.begin(), resource_.end(), says)) return std::optional<LabelsBuilder>();
  Attributes attributes;
  for (const Attribute& attribute : resource_) {
    if (settings_->keep_identifying || says(attribute)) attributes.push_back(attribute);
  }
  Pairs pairs;
  VEDETTE_RETURN_IF_ERROR(AddAttributes(std::move(attributes), &pairs));
  AddIdentity(&pairs);
  if (FindLabel(&pairs, kJob) == nullptr && FindLabel(&pairs, kInstance) == nullptr) {
    return std::optional<LabelsBuilder>();
  }
  VEDETTE_ASSIGN_OR_RETURN(LabelsBuilder builder, Checked(pairs));
  return std::optional<LabelsBuilder>(std::move(builder));
}

base::Status PointLabels::AddAttributes(Attributes attributes, Pairs* pairs) const {
  VEDETTE_RETURN_IF_ERROR(CheckNumber(attributes));
  SortByKey(&attributes);
  for (Attribute& attribute : attributes) {
    VEDETTE_ASSIGN_OR_RETURN(std::string name, LabelName(*settings_, attribute.key));
    if (std::string* const known = FindLabel(pairs, name)) {
      *known += ";" + attribute.value;
    } else {
      pairs->emplace_back(std::move(name), std::move(attribute.value));
    }
  }
  return {};
}

bool PointLabels::IsPromoted(std::string_view key) const {
  const auto& names = settings_->promote_all ? settings_->ignore : settings_->promote;
  const bool is_named = std::find(names.begin(), names.end(), key) != names.end();
  return is_named != settings_->promote_all;
}

// A point's own attribute goes before.
base::Status PointLabels::AddPromoted(Pairs* pairs) const {
  for (const Attribute& attribute : resource_) {
    if (!IsPromoted(attribute.key)) continue;
    VEDETTE_ASSIGN_OR_RETURN(std::string name, LabelName(*settings_, attribute.key));
    if (FindLabel(pairs, name) == nullptr) pairs->emplace_back(std::move(name), attribute.value);
  }
  return {};
}

base::Status PointLabels::AddScope(Pairs* pairs) const {
  if (!settings_->promote_scope || scope_.name.empty()) return {};
  VEDETTE_RETURN_IF_ERROR(CheckNumber(scope_.attributes));
  SetLabel("otel_scope_name", scope_.name, pairs);
  SetLabel("otel_scope_version", scope_.version, pairs);
  SetLabel("otel_scope_schema_url", scope_.schema_url, pairs);
  for (const Attribute& attribute : scope_.attributes) {
    VEDETTE_ASSIGN_OR_RETURN(const std::string name,
                             LabelName(*settings_, base::Concat({kScopePrefix, attribute.key})));
    SetLabel(name, attribute.value, pairs);
  }
  return {};
}

void PointLabels::AddIdentity(Pairs* pairs) const {
  if (const auto name = ResourceValue(kServiceName)) {
    const auto space = ResourceValue(kServiceNamespace);
    SetLabel(kJob, space ? base::Concat({*space, "/", *name}) : std::string(*name), pairs);
  }
  if (const auto instance = ResourceValue(kServiceInstance)) SetLabel(kInstance, *instance, pairs);
}

std::optional<std::string_view> PointLabels::ResourceValue(std::string_view key) const {
  for (const Attribute& attribute : resource_) {
    if (attribute.key == key) return attribute.value;
  }
  return std::nullopt;
}

}  // namespace vedette::model::otlp
