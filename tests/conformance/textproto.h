#ifndef VEDETTE_TESTS_CONFORMANCE_TEXTPROTO_H_
#define VEDETTE_TESTS_CONFORMANCE_TEXTPROTO_H_

#include <string>
#include <string_view>

#include "base/status.h"

namespace vedette::test {

// A MetricFamily written as text ("name: \"x\" metric: < ... >"), as its bytes on the wire. Knows
// the fields of package io.prometheus.client alone; InvalidArgument for others.
base::StatusOr<std::string> EncodeMetricFamily(std::string_view textproto);

// The same behind its length, as pages have families.
base::StatusOr<std::string> EncodeDelimitedFamily(std::string_view textproto);

}  // namespace vedette::test

#endif  // VEDETTE_TESTS_CONFORMANCE_TEXTPROTO_H_
