#ifndef VEDETTE_APP_EXPORTERS_H_
#define VEDETTE_APP_EXPORTERS_H_

#include <memory>
#include <span>
#include <string>

#include "app/exporter_flags.h"

namespace vedette::app {

// One row of the table of exporters.
struct ExporterSpec {
  const char* name;     // the verb's, the job's and the folder's
  const char* title;    // "PostgreSQL exporter"
  const char* address;  // where upstream listens
  int threads;          // of its plain IPv4 server
  // Registers the flags with `verb`, each name behind `prefix`.
  std::unique_ptr<ExporterFlags> (*flags)(const ExporterSpec& spec, CLI::App* verb,
                                          const std::string& prefix);
  const char* page = "";  // where the samples are; empty: on the metrics page
};

// Every exporter that there is; `node` first, which the agent always runs.
std::span<const ExporterSpec> AllExporters();

}  // namespace vedette::app

#endif  // VEDETTE_APP_EXPORTERS_H_
