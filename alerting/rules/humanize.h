#ifndef VEDETTE_ALERTING_RULES_HUMANIZE_H_
#define VEDETTE_ALERTING_RULES_HUMANIZE_H_

#include <string>

namespace vedette::rules {

// Numbers for people, byte for byte as Prometheus' templates write them.
std::string Humanize(double v);                // 1.235M, 12.3m
std::string Humanize1024(double v);            // 1.177Mi
std::string HumanizeDuration(double seconds);  // 1d 2h 3m 4s, 12.3ms
std::string HumanizePercentage(double ratio);  // 12.34%
// Unix seconds: 2009-02-13 23:31:30.5 +0000 UTC. False: out of range; the text says so.
bool HumanizeTimestamp(double unix_seconds, std::string* out);

}  // namespace vedette::rules

#endif  // VEDETTE_ALERTING_RULES_HUMANIZE_H_
