#ifndef VEDETTE_COLLECTOR_API_PAGE_SERIES_H_
#define VEDETTE_COLLECTOR_API_PAGE_SERIES_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "collector/api/push_group.h"
#include "model/exposition/format.h"
#include "model/remote_write.h"

namespace vedette::api {

// The samples of a page that somebody pushed, as series with the group's labels, which go before
// those of the page; at `now_ms` where the page tells no time. What the page says of families comes
// with their series. InvalidArgument with line and column for what is no page, and for a series
// that comes twice at one time; ResourceExhausted for more than `max_samples`.
base::StatusOr<std::vector<model::WireSeries>> ReadPushedPage(std::string_view page,
                                                              model::exposition::Format format,
                                                              const PushGroup& group,
                                                              int64_t now_ms,
                                                              uint64_t max_samples = 1'000'000);

}  // namespace vedette::api

#endif  // VEDETTE_COLLECTOR_API_PAGE_SERIES_H_
