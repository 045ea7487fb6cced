#ifndef VEDETTE_COLLECTOR_SCRAPE_JOB_READER_H_
#define VEDETTE_COLLECTOR_SCRAPE_JOB_READER_H_

#include <optional>
#include <string>
#include <vector>

#include "base/config/yaml.h"
#include "collector/scrape/config.h"
#include "collector/scrape/section_reader.h"

namespace vedette::scrape {

// body_size_limit, sample_limit ... of `global` and of a job.
void ReadLimits(base::config::MapReader* map, ScrapeLimits* limits);
// scrape_protocols, checked: known, each once.
void ReadProtocols(base::config::MapReader* map, std::vector<std::string>* protocols);
// Those of a job when neither it nor `global` says which.
std::vector<std::string> DefaultProtocols(const HistogramConfig& histograms);
// Native histograms, in `global` and in a job.
void ReadHistograms(base::config::MapReader* map, HistogramConfig* histograms);
// What names may be, in `global` and in a job.
void ReadNames(base::config::MapReader* map, std::optional<bool>* legacy_only,
               std::optional<model::exposition::NameEscaping>* escaping);
// What follows from as much as was said.
NameConfig NamesInForce(std::optional<bool> legacy_only,
                        std::optional<model::exposition::NameEscaping> escaping);

// One entry of scrape_configs. Problems go to `problems`; the job counts only if none were added.
JobConfig ReadJob(const base::config::Node& node, const std::string& field,
                  const std::string& config_path, const JobDefaults& defaults,
                  ConfigProblems* problems);

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_JOB_READER_H_
