#include "model/otlp/point_labels.h"

#include <algorithm>
#include <cstdint>

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

// Among the first `among`.
std::string* FindLabel(Pairs* pairs, std::string_view name, size_t among = SIZE_MAX) {
  for (size_t i = 0; i < std::min(among, pairs->size()); ++i) {
    if ((*pairs)[i].first == name) return &(*pairs)[i].second;
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
  promoted_.clear();
  identity_.clear();
  resource_status_ = ReadPromoted();
  ReadIdentity();
  if (resource_status_.ok()) resource_status_ = CheckSizes(promoted_);
  if (resource_status_.ok()) resource_status_ = CheckSizes(identity_);
  SetScope(Scope());
}

void PointLabels::SetScope(const Scope& scope) {
  of_scope_.clear();
  scope_status_ = ReadScope(scope);
  if (scope_status_.ok()) scope_status_ = CheckSizes(of_scope_);
}

base::StatusOr<LabelsBuilder> PointLabels::Of(const Attributes& attributes) const {
  VEDETTE_RETURN_IF_ERROR(resource_status_);
  VEDETTE_RETURN_IF_ERROR(scope_status_);
  Pairs pairs;
  VEDETTE_RETURN_IF_ERROR(AddAttributes(attributes, &pairs));
  const size_t own = pairs.size();
  for (const auto& [name, value] : promoted_) {  // a point's own attribute goes before
    if (FindLabel(&pairs, name, own) == nullptr) pairs.emplace_back(name, value);
  }
  for (const auto& [name, value] : of_scope_) SetLabel(name, value, &pairs);
  for (const auto& [name, value] : identity_) SetLabel(name, value, &pairs);
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
  VEDETTE_RETURN_IF_ERROR(CheckSizes(identity_));
  for (const auto& [name, value] : identity_) SetLabel(name, value, &pairs);
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

base::Status PointLabels::ReadPromoted() {
  for (const Attribute& attribute : resource_) {
    if (!IsPromoted(attribute.key)) continue;
    VEDETTE_ASSIGN_OR_RETURN(std::string name, LabelName(*settings_, attribute.key));
    if (FindLabel(&promoted_, name) != nullptr) continue;
    promoted_.emplace_back(std::move(name), attribute.value);
    if (promoted_.size() > RemoteWriteLimits().max_labels) return CheckSizes(promoted_);
  }
  return {};
}

base::Status PointLabels::ReadScope(const Scope& scope) {
  if (!settings_->promote_scope || scope.name.empty()) return {};
  VEDETTE_RETURN_IF_ERROR(CheckNumber(scope.attributes));
  SetLabel("otel_scope_name", scope.name, &of_scope_);
  SetLabel("otel_scope_version", scope.version, &of_scope_);
  SetLabel("otel_scope_schema_url", scope.schema_url, &of_scope_);
  for (const Attribute& attribute : scope.attributes) {
    VEDETTE_ASSIGN_OR_RETURN(const std::string name,
                             LabelName(*settings_, base::Concat({kScopePrefix, attribute.key})));
    SetLabel(name, attribute.value, &of_scope_);
  }
  return {};
}

void PointLabels::ReadIdentity() {
  if (const auto name = ResourceValue(kServiceName)) {
    const auto space = ResourceValue(kServiceNamespace);
    identity_.emplace_back(kJob, space ? base::Concat({*space, "/", *name}) : std::string(*name));
  }
  if (const auto instance = ResourceValue(kServiceInstance)) {
    identity_.emplace_back(kInstance, *instance);
  }
}

std::optional<std::string_view> PointLabels::ResourceValue(std::string_view key) const {
  for (const Attribute& attribute : resource_) {
    if (attribute.key == key) return attribute.value;
  }
  return std::nullopt;
}

}  // namespace vedette::model::otlp
