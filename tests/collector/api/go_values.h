#ifndef VEDETTE_TESTS_COLLECTOR_API_GO_VALUES_H_
#define VEDETTE_TESTS_COLLECTOR_API_GO_VALUES_H_

#include <boost/json.hpp>
#include <cstdint>
#include <string>

// The recorded cases of Prometheus' API tests hold values as Go's source has them: fields by their
// Go names, times as calls. These turn them into the JSON that the API answers.

namespace vedette::test {

// Milliseconds of a time or duration: "time.Second", {"$op":...}, {"$call":"start.Add",...}. The
// tests' `start` is the epoch, `now_ms` what `api.now` gives.
int64_t GoMillis(const boost::json::value& value, int64_t now_ms);

// The JSON of a value: fields by their JSON names, samples as pairs.
boost::json::value GoToJson(const boost::json::value& value, int64_t now_ms);

// True if `found` is `wanted`, where either may lack members that have Go's zero values. Otherwise
// `*where` says at which place they part.
bool SameJson(const boost::json::value& wanted, const boost::json::value& found,
              std::string* where);

}  // namespace vedette::test

#endif  // VEDETTE_TESTS_COLLECTOR_API_GO_VALUES_H_
