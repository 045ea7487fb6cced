#ifndef VEDETTE_APP_TSDB_VERBS_H_
#define VEDETTE_APP_TSDB_VERBS_H_

#include <cstdint>
#include <string>

namespace CLI {
class App;
}

namespace vedette::app {

// The verbs below `vedette tsdb`, one function a group; each adds its verbs to `tsdb`.
void AddTsdbLook(CLI::App* tsdb, int* exit_code);    // stats, list
void AddTsdbDump(CLI::App* tsdb, int* exit_code);    // dump
void AddTsdbVerify(CLI::App* tsdb, int* exit_code);  // verify
void AddTsdbCopy(CLI::App* tsdb, int* exit_code);    // backup, restore
void AddTsdbImport(CLI::App* tsdb, int* exit_code);  // import-prometheus

// "-o text|json" of a verb, kept in `*output`.
void AddOutputFlag(CLI::App* verb, std::string* output);

// Milliseconds since the epoch as "2026-11-21 09:30:00", UTC.
std::string UtcText(int64_t time_ms);
// "1.5 GiB"
std::string SizeText(uint64_t bytes);

}  // namespace vedette::app

#endif  // VEDETTE_APP_TSDB_VERBS_H_
