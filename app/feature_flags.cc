#include "app/feature_flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>

#include "base/strings.h"

namespace vedette::app {
namespace {

constexpr std::string_view kExperimentalFunctions = "promql-experimental-functions";
constexpr std::string_view kDurationExpr = "promql-duration-expr";
constexpr std::string_view kDelayedNameRemoval = "promql-delayed-name-removal";
// Later than the Prometheus whose answers are given by default: with them come the language and the
// answers of 3.14.
constexpr std::string_view kExtendedRangeSelectors = "promql-extended-range-selectors";
constexpr std::string_view kFillModifiers = "promql-binop-fill-modifiers";
// Of scraping.
constexpr std::string_view kCreatedTimestamps = "created-timestamp-zero-ingestion";
constexpr std::string_view kExtraScrapeMetrics = "extra-scrape-metrics";
// Of OTLP.
constexpr std::string_view kOtlpNativeDelta = "otlp-native-delta-ingestion";
constexpr std::string_view kOtlpDeltaToCumulative = "otlp-deltatocumulative";
// Ours: 3.14 and nothing else.
constexpr std::string_view kPrometheus314 = "prometheus-3.14";

constexpr auto kSwitches = std::to_array<std::string_view>(
    {kExperimentalFunctions, kDurationExpr, kDelayedNameRemoval, kExtendedRangeSelectors,
     kFillModifiers, kCreatedTimestamps, kExtraScrapeMetrics, kOtlpNativeDelta, kPrometheus314});
// Names of Prometheus for what is always on here.
constexpr auto kAlwaysOn = std::to_array<std::string_view>(
    {"promql-at-modifier", "promql-negative-offset", "promql-per-step-stats", "exemplar-storage",
     "native-histograms"});

template <typename Names>
bool Contains(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

void FeatureFlag::AddTo(CLI::App* verb) {
  verb->add_option("--enable-feature", given_,
                   "Features of Prometheus to switch on, with commas between them: "
                   "promql-experimental-functions, promql-duration-expr, "
                   "promql-delayed-name-removal, created-timestamp-zero-ingestion, "
                   "extra-scrape-metrics, otlp-native-delta-ingestion; of versions after 3.5: "
                   "promql-extended-range-selectors, promql-binop-fill-modifiers; "
                   "prometheus-3.14: the language and the answers of that version");
}

std::vector<std::string> FeatureFlag::Names() const {
  std::vector<std::string> names;
  for (const std::string& list : given_) {
    for (const std::string_view name : base::Split(list, ',')) {
      if (!base::Trim(name).empty()) names.emplace_back(base::Trim(name));
    }
  }
  return names;
}

bool FeatureFlag::created_timestamps() const { return Has(kCreatedTimestamps); }
bool FeatureFlag::otlp_native_delta() const { return Has(kOtlpNativeDelta); }

base::Status FeatureFlag::CheckSupported() const {
  if (!Has(kOtlpDeltaToCumulative)) return {};
  return base::InvalidArgument(base::Concat(
      {"--enable-feature: found ", kOtlpDeltaToCumulative,
       ", which is not supported: let the OpenTelemetry collector's processor of that name add "
       "deltas up, or store them as they are by ",
       kOtlpNativeDelta}));
}

bool FeatureFlag::extra_scrape_metrics() const { return Has(kExtraScrapeMetrics); }

bool FeatureFlag::Has(std::string_view name) const { return Contains(Names(), name); }

std::vector<std::string> FeatureFlag::Unknown() const {
  std::vector<std::string> unknown;
  for (const std::string& name : Names()) {
    if (Contains(kSwitches, name) || Contains(kAlwaysOn, name)) continue;
    unknown.push_back(name);
  }
  return unknown;
}

void FeatureFlag::ApplyTo(promql::ParserOptions* parser) const {
  const bool extended = Has(kExtendedRangeSelectors);
  const bool fill = Has(kFillModifiers);
  parser->experimental_functions = Has(kExperimentalFunctions);
  parser->duration_expressions = Has(kDurationExpr);
  parser->extended_range_selectors = extended;
  parser->fill_modifiers = fill;
  parser->newer = extended || fill || Has(kPrometheus314);
}

void FeatureFlag::ApplyTo(promql::Engine::Options* engine) const {
  ApplyTo(&engine->parser);
  engine->delayed_name_removal = Has(kDelayedNameRemoval);
  engine->level =
      engine->parser.newer ? promql::Level::kPrometheus314 : promql::Level::kPrometheus35;
}

void FeatureFlag::WarnOfUnknown() const {
  for (const std::string& name : Unknown()) {
    std::fprintf(stderr, "warning: --enable-feature: %s is not known here and has no effect\n",
                 base::GoQuote(name).c_str());
  }
}

}  // namespace vedette::app
