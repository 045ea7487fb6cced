#ifndef VEDETTE_TESTS_CONFORMANCE_LOGQL_CANONICAL_JSON_H_
#define VEDETTE_TESTS_CONFORMANCE_LOGQL_CANONICAL_JSON_H_

#include <string>
#include <string_view>

namespace vedette::logql {

// A reply of Loki's API as text that compares: keys sorted, "stats" left out, and sorted those
// lists whose order means nothing (streams, series, fields, values). Lines of a stream and values
// of a series stay in order, but for lines of equal timestamps; values count to 14 digits. The text
// itself where it is no JSON.
std::string CanonicalReply(std::string_view body);

}  // namespace vedette::logql

#endif  // VEDETTE_TESTS_CONFORMANCE_LOGQL_CANONICAL_JSON_H_
