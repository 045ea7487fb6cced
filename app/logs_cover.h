#ifndef VEDETTE_APP_LOGS_COVER_H_
#define VEDETTE_APP_LOGS_COVER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "app/logs_page.h"
#include "base/http/configured_client.h"
#include "base/status.h"

// What to ask a Loki for so that it gives all that it has: it takes no query without a matcher that
// wants some text, and no label is on every stream.

namespace vedette::app {

// The label sets of the streams that `base_url` had lines of in [start_ns, end_ns). Unavailable: it
// is not reached or answers otherwise.
base::StatusOr<std::vector<LogLabels>> FetchStreams(const base::http::ConfiguredClient* client,
                                                    const std::string& base_url, int64_t start_ns,
                                                    int64_t end_ns);

// Selectors of which each stream satisfies just one: `{job=~".+"}`, then `{app=~".+",job=""}` for
// those without a job. The label that most streams have comes first.
std::vector<std::string> CoveringSelectors(const std::vector<LogLabels>& streams);

}  // namespace vedette::app

#endif  // VEDETTE_APP_LOGS_COVER_H_
