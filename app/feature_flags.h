#ifndef VEDETTE_APP_FEATURE_FLAGS_H_
#define VEDETTE_APP_FEATURE_FLAGS_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "collector/promql/engine.h"
#include "collector/promql/parser.h"

namespace CLI {
class App;
}

namespace vedette::app {

// --enable-feature, as Prometheus has it: names with commas between them, repeatable; a name that
// means nothing here is said in a warning and passed over. A value; keeps its place once AddTo was
// called.
class FeatureFlag {
 public:
  void AddTo(CLI::App* verb);
  // The names given that mean nothing here, in their order.
  std::vector<std::string> Unknown() const;
  // Says on standard error which names mean nothing here.
  void WarnOfUnknown() const;

  // Sets what the names stand for, and switches off what none of them names.
  void ApplyTo(promql::ParserOptions* parser) const;
  void ApplyTo(promql::Engine::Options* engine) const;
  // Scraped numbers are stored with the time that their counter began.
  bool created_timestamps() const;
  // OTLP's deltas are stored as they are.
  bool otlp_native_delta() const;
  // InvalidArgument for a feature of Prometheus that is known and not there.
  base::Status CheckSupported() const;
  // extra-scrape-metrics: three more synthetic series a target.
  bool extra_scrape_metrics() const;

  void Set(std::vector<std::string> given) { given_ = std::move(given); }

 private:
  bool Has(std::string_view name) const;
  std::vector<std::string> Names() const;

  std::vector<std::string> given_;
};

}  // namespace vedette::app

#endif  // VEDETTE_APP_FEATURE_FLAGS_H_
