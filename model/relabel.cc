#include "model/relabel.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

#include <openssl/evp.h>
#include <re2/re2.h>

#include "base/regex.h"
#include "base/strings.h"
#include "model/regex_template.h"

namespace vedette::model {
namespace {

constexpr std::array<std::string_view, 11> kActionNames = {
    "replace",  "keep",      "drop",      "keepequal", "dropequal", "hashmod",
    "labelmap", "labeldrop", "labelkeep", "lowercase", "uppercase"};

constexpr std::string_view kDefaultRegex = "(.*)";
constexpr std::string_view kDefaultReplacement = "$1";
constexpr std::string_view kDefaultSeparator = ";";

// A rule that would make more of a label leaves it as it is; no store takes a tenth of that.
constexpr size_t kMaxMadeBytes = 1 << 20;

bool IsLabelName(std::string_view name) { return !name.empty() && base::IsValidUtf8(name); }

// The last eight bytes of the MD5 sum, big-endian: how Prometheus shards.
uint64_t Md5Tail(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> sum{};
  unsigned int size = 0;
  VEDETTE_CHECK(EVP_Digest(text.data(), text.size(), sum.data(), &size, EVP_md5(), nullptr) == 1);
  uint64_t tail = 0;
  for (size_t i = 8; i < 16; ++i) tail = tail << 8 | sum[i];
  return tail;
}

std::string ChangeCase(std::string text, int (*change)(int)) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x80) {
      c = static_cast<char>(change(static_cast<unsigned char>(c)));
    }
  }
  return text;
}

bool NeedsTarget(RelabelAction action) {
  switch (action) {
    case RelabelAction::kReplace:
    case RelabelAction::kKeepEqual:
    case RelabelAction::kDropEqual:
    case RelabelAction::kHashMod:
    case RelabelAction::kLowercase:
    case RelabelAction::kUppercase:
      return true;
    default:
      return false;
  }
}

}  // namespace

bool ParseRelabelAction(std::string_view text, RelabelAction* action) {
  const std::string lower = base::ToLowerAscii(text);
  const auto at = std::find(kActionNames.begin(), kActionNames.end(), lower);
  if (at == kActionNames.end()) return false;
  *action = static_cast<RelabelAction>(at - kActionNames.begin());
  return true;
}

std::string_view RelabelActionName(RelabelAction action) {
  return kActionNames[static_cast<size_t>(action)];
}

base::StatusOr<Relabeler> Relabeler::Make(RelabelRule rule) {
  Relabeler relabeler(std::move(rule));
  VEDETTE_RETURN_IF_ERROR(relabeler.Check());
  VEDETTE_ASSIGN_OR_RETURN(relabeler.regex_, base::CompileRegex(relabeler.rule_.regex));
  return relabeler;
}

base::Status Relabeler::Check() const {
  const RelabelAction action = rule_.action;
  const std::string_view name = RelabelActionName(action);
  if (action == RelabelAction::kHashMod && rule_.modulus == 0) {
    return base::InvalidArgument("relabel configuration for hashmod requires non-zero modulus");
  }
  if (NeedsTarget(action) && rule_.target_label.empty()) {
    return base::InvalidArgument(base::Concat(
        {"relabel configuration for ", name, " action requires 'target_label' value"}));
  }
  if (NeedsTarget(action) && !IsLabelName(rule_.target_label)) {
    return base::InvalidArgument(base::Concat(
        {base::GoQuote(rule_.target_label), " is invalid 'target_label' for ", name, " action"}));
  }
  if (action == RelabelAction::kLabelMap && !IsLabelName(rule_.replacement)) {
    return base::InvalidArgument(base::Concat(
        {base::GoQuote(rule_.replacement), " is invalid 'replacement' for ", name, " action"}));
  }
  const bool plain = rule_.modulus == 0 && rule_.separator == kDefaultSeparator &&
                     rule_.replacement == kDefaultReplacement;
  if ((action == RelabelAction::kKeepEqual || action == RelabelAction::kDropEqual) &&
      !(plain && rule_.regex == kDefaultRegex)) {
    return base::InvalidArgument(base::Concat(
        {name, " action requires only 'source_labels' and `target_label`, and no other fields"}));
  }
  if ((action == RelabelAction::kLabelDrop || action == RelabelAction::kLabelKeep) &&
      !(plain && rule_.source_labels.empty() && rule_.target_label.empty())) {
    return base::InvalidArgument(
        base::Concat({name, " action requires only 'regex', and no other fields"}));
  }
  const bool changes_case =
      action == RelabelAction::kLowercase || action == RelabelAction::kUppercase;
  if (changes_case && rule_.replacement != kDefaultReplacement) {
    return base::InvalidArgument(
        base::Concat({"'replacement' can not be set for ", name, " action"}));
  }
  return {};
}

bool Relabeler::Matches(std::string_view text) const {
  return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *regex_);
}

std::string Relabeler::JoinSources(const LabelsBuilder& labels) const {
  std::string out;
  for (size_t i = 0; i < rule_.source_labels.size(); ++i) {
    if (i > 0) out += rule_.separator;
    out += labels.Get(rule_.source_labels[i]);
  }
  return out;
}

void Relabeler::Replace(const std::string& value, LabelsBuilder* labels) const {
  const auto groups = RegexGroups::Match(*regex_, value);
  if (!groups) return;
  const auto target = groups->Expand(rule_.target_label, kMaxMadeBytes);
  if (!target || !IsLabelName(*target)) return;
  auto made = groups->Expand(rule_.replacement, kMaxMadeBytes);
  if (made) labels->Set(*target, *std::move(made));
}

void Relabeler::MapNames(LabelsBuilder* labels) const {
  const auto before = labels->pairs();
  for (const auto& [name, value] : before) {
    const auto groups = RegexGroups::Match(*regex_, name);
    if (!groups) continue;
    const auto target = groups->Expand(rule_.replacement, kMaxMadeBytes);
    if (target && IsLabelName(*target)) labels->Set(*target, value);
  }
}

void Relabeler::DropNames(bool matching, LabelsBuilder* labels) const {
  const auto before = labels->pairs();
  for (const auto& [name, value] : before) {
    if (Matches(name) == matching) labels->Delete(name);
  }
}

bool Relabeler::Apply(LabelsBuilder* labels) const {
  const std::string value = JoinSources(*labels);
  switch (rule_.action) {
    case RelabelAction::kReplace:
      Replace(value, labels);
      return true;
    case RelabelAction::kKeep:
      return Matches(value);
    case RelabelAction::kDrop:
      return !Matches(value);
    case RelabelAction::kKeepEqual:
      return labels->Get(rule_.target_label) == value;
    case RelabelAction::kDropEqual:
      return labels->Get(rule_.target_label) != value;
    case RelabelAction::kHashMod:
      labels->Set(rule_.target_label, std::to_string(Md5Tail(value) % rule_.modulus));
      return true;
    case RelabelAction::kLabelMap:
      MapNames(labels);
      return true;
    case RelabelAction::kLabelDrop:
      DropNames(true, labels);
      return true;
    case RelabelAction::kLabelKeep:
      DropNames(false, labels);
      return true;
    case RelabelAction::kLowercase:
      labels->Set(rule_.target_label, ChangeCase(value, std::tolower));
      return true;
    case RelabelAction::kUppercase:
      labels->Set(rule_.target_label, ChangeCase(value, std::toupper));
      return true;
  }
  return true;
}

bool ApplyRelabeling(const std::vector<Relabeler>& rules, LabelsBuilder* labels) {
  return std::all_of(rules.begin(), rules.end(),
                     [labels](const Relabeler& rule) { return rule.Apply(labels); });
}

}  // namespace vedette::model
