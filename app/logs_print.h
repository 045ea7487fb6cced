#ifndef VEDETTE_APP_LOGS_PRINT_H_
#define VEDETTE_APP_LOGS_PRINT_H_

#include <string>

#include "app/logs_page.h"

namespace vedette::app {

// journalctl's names: short is "Nov 21 02:09:00", short-precise has microseconds, short-iso is
// "2026-11-21T02:09:00+0100".
enum class LogsFormat { kShort, kShortPrecise, kShortIso, kJson, kCat };

struct LogsStyle {
  LogsFormat format = LogsFormat::kShort;
  bool colour = false;    // by level
  bool terminal = false;  // what would steer one is shown, not done
};

// A line as journalctl prints it, a line break at its end: "Nov 21 02:09:00 web1 nginx[17]: text"
// in local time; as a JSON object; or the text alone.
std::string LogLineText(const FetchedLine& line, const LogsStyle& style);

}  // namespace vedette::app

#endif  // VEDETTE_APP_LOGS_PRINT_H_
