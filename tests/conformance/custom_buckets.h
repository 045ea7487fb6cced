#ifndef VEDETTE_TESTS_CONFORMANCE_CUSTOM_BUCKETS_H_
#define VEDETTE_TESTS_CONFORMANCE_CUSTOM_BUCKETS_H_

#include <vector>

#include "tests/conformance/series_text.h"

namespace vedette::test {

// Native histograms with custom buckets, one series of each base name, made of the series of
// classic ones (_bucket, _count, _sum) among `classic`.
std::vector<SeriesText> ToCustomBuckets(const std::vector<SeriesText>& classic);

}  // namespace vedette::test

#endif  // VEDETTE_TESTS_CONFORMANCE_CUSTOM_BUCKETS_H_
