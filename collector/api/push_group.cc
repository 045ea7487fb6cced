#include "collector/api/push_group.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/http/message.h"
#include "base/strings.h"
#include "model/labels.h"

namespace vedette::api {
namespace {

constexpr std::string_view kBase64Suffix = "@base64";
constexpr std::string_view kJob = "job";

std::optional<uint32_t> Base64Digit(char c) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const size_t at = kDigits.find(c);
  if (at == kDigits.npos) return std::nullopt;
  return static_cast<uint32_t>(at);
}

// RFC 4648's alphabet for URLs; padding may be left out.
std::optional<std::string> DecodeBase64Url(std::string_view text) {
  while (base::EndsWith(text, "=")) text.remove_suffix(1);
  std::string out;
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const auto digit = Base64Digit(c);
    if (!digit) return std::nullopt;
    bits = bits << 6 | *digit;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count);
  }
  return count < 6 ? std::optional<std::string>(out) : std::nullopt;
}

base::Status AddLabel(std::string_view name, std::string_view encoded, PushGroup* group) {
  std::string value = base::http::PercentDecode(encoded);
  if (base::EndsWith(name, kBase64Suffix)) {
    name.remove_suffix(kBase64Suffix.size());
    auto decoded = DecodeBase64Url(value);
    if (!decoded) {
      return base::InvalidArgument(
          base::Concat({"the value of ", base::GoQuote(name), " is not base64url"}));
    }
    value = *std::move(decoded);
  }
  if (base::StartsWith(name, "__") || name.empty() || !base::IsValidUtf8(name)) {
    return base::InvalidArgument(base::Concat({base::GoQuote(name), " is not a label of a group"}));
  }
  if (!base::IsValidUtf8(value)) {
    return base::InvalidArgument(
        base::Concat({"the value of ", base::GoQuote(name), " is not valid UTF-8"}));
  }
  if (name == kJob && value.empty()) return base::InvalidArgument("the job has no name");
  const auto is_named = [name](const auto& label) { return label.first == name; };
  if (std::any_of(group->begin(), group->end(), is_named)) {
    return base::InvalidArgument(base::Concat({"the label ", base::GoQuote(name), " comes twice"}));
  }
  group->emplace_back(name, std::move(value));
  return {};
}

}  // namespace

base::StatusOr<PushGroup> ParsePushPath(std::string_view path) {
  std::vector<std::string_view> parts = base::Split(path, '/');
  // "", "metrics", then names and values in turn; a slash may end the path.
  if (parts.size() > 4 && parts.back().empty()) parts.pop_back();
  const bool is_job = parts.size() >= 4 && (parts[2] == "job" || parts[2] == "job@base64");
  if (!is_job || parts.size() % 2 != 0 || parts[3].empty()) {
    return base::NotFound("allowed are /metrics/job/NAME and /metrics/job/NAME/LABEL/VALUE ...");
  }
  PushGroup group;
  for (size_t i = 2; i < parts.size(); i += 2) {
    VEDETTE_RETURN_IF_ERROR(AddLabel(base::http::PercentDecode(parts[i]), parts[i + 1], &group));
  }
  return group;
}

}  // namespace vedette::api
