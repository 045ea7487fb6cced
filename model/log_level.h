#ifndef VEDETTE_MODEL_LOG_LEVEL_H_
#define VEDETTE_MODEL_LOG_LEVEL_H_

#include <optional>
#include <span>
#include <string_view>

#include "model/labels.h"
#include "model/log_entry.h"

namespace vedette::model {

// Levels are one of critical, fatal, error, warn, info, debug, trace, as Grafana colours them.
// The rules are Loki's, so that a line has the same level whoever shipped it.

// The canonical spelling of a level ("WRN" -> "warn"), or empty for a word that names none.
std::string_view NormaliseLevel(std::string_view word);

// What a line tells of its level: a level field of a JSON or logfmt line, else the first level word
// in its text; empty when it tells nothing.
std::string_view LevelOfLine(std::string_view line);

// The first of the keys that name a level which is set among `labels`: its value in the canonical
// spelling, or as it stands if it is no level's name. Empty when none is set. Views into `labels`.
std::string_view LevelOfLabels(const Labels& labels);

// Loki's rule for an entry that came without detected_level: the stream's labels, the metadata, an
// OTLP severity_number in the metadata, the line. Empty when none of them tells.
std::string_view DetectLevel(const Labels& stream, const LogEntry& entry);

// The level of a syslog priority: 0-2 critical, 3 error, 4 warn, 5-6 info, 7 debug; else empty.
std::string_view LevelOfPriority(std::string_view priority);

// The keys that name a level, best first.
std::span<const std::string_view> LevelKeys();

// The value of the field that names the level, as written. A JSON object is searched in order, two
// levels deep; of a logfmt line the best-ranked key counts.
std::optional<std::string_view> JsonLevelField(std::string_view line);
std::optional<std::string_view> LogfmtLevelField(std::string_view line);

}  // namespace vedette::model

#endif  // VEDETTE_MODEL_LOG_LEVEL_H_
