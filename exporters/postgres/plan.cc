#include "exporters/postgres/plan.h"

#include <openssl/evp.h>

#include <algorithm>

#include "base/strings.h"

namespace vedette::exporters::postgres {
namespace {

using base::Concat;

std::string Sha256Hex(std::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha256(), nullptr) != 1) return "";
  constexpr char kHex[] = "0123456789abcdef";
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) {
    hex += kHex[digest[i] >> 4];
    hex += kHex[digest[i] & 15];
  }
  return hex;
}

bool IsLabelName(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

base::Status ReadConstantLabels(std::string_view text, Plan* plan) {
  if (base::Trim(text).empty()) return base::Status();
  for (const std::string_view pair : base::Split(text, ',')) {
    const size_t equals = pair.find('=');
    const std::string_view name = base::Trim(pair.substr(0, equals));
    if (equals == std::string_view::npos || !IsLabelName(name)) {
      return base::InvalidArgument(
          Concat({"--constantLabels: found ", base::GoQuote(pair), "; allowed is NAME=VALUE,..."}));
    }
    plan->constant_labels.emplace_back(name, base::Trim(pair.substr(equals + 1)));
  }
  return base::Status();
}

base::Status CheckCollectors(const PostgresOptions& options) {
  const auto all = AllCollectors();
  for (const auto& [name, on] : options.collectors) {
    const auto is_it = [&name = name](const CollectorSpec& spec) { return name == spec.name; };
    if (std::none_of(all.begin(), all.end(), is_it)) {
      return base::InvalidArgument("no collector is named " + base::GoQuote(name));
    }
  }
  return base::Status();
}

void ReadCustom(base::FileSystem* fs, Plan* plan) {
  const std::string& path = plan->options.extend_query_path;
  if (path.empty()) return;
  const auto text = fs->ReadFile(path);
  if (!text.ok()) {
    plan->custom_status = text.status();
    return;
  }
  plan->custom_hash = Sha256Hex(*text);
  auto queries = ParseCustomQueries(*text, path);
  if (queries.ok()) {
    plan->custom = *std::move(queries);
  } else {
    plan->custom_status = queries.status();
  }
}

}  // namespace

bool Plan::IsReplaced(const CollectorSpec& collector, const QuerySpec& query) const {
  if (!query.is_default_metric) return false;
  return std::any_of(custom.begin(), custom.end(), [&collector](const CustomQuery& one) {
    return one.name == Concat({"pg_", collector.name});
  });
}

base::StatusOr<std::shared_ptr<const Plan>> MakePlan(PostgresOptions options,
                                                     base::FileSystem* fs) {
  VEDETTE_RETURN_IF_ERROR(CheckCollectors(options));
  auto plan = std::make_shared<Plan>();
  plan->options = std::move(options);
  VEDETTE_RETURN_IF_ERROR(ReadConstantLabels(plan->options.constant_labels, plan.get()));
  for (const CollectorSpec& collector : AllCollectors()) {
    if (IsOn(collector, plan->options)) plan->collectors.push_back(&collector);
  }
  ReadCustom(fs, plan.get());
  return std::shared_ptr<const Plan>(std::move(plan));
}

}  // namespace vedette::exporters::postgres
