#ifndef VEDETTE_TESTS_CONFORMANCE_LOGQL_API_DIFFERENCES_H_
#define VEDETTE_TESTS_CONFORMANCE_LOGQL_API_DIFFERENCES_H_

#include <boost/json.hpp>
#include <string>

namespace vedette::logql {

// Where our reply is not to equal Loki's in all. It is told from what was asked and answered, so
// that any folder of such cases is judged alike.
struct ApiDifference {
  const char* reason;
  bool (*applies)(const boost::json::value& recorded);
  int status;  // ours; 0: Loki's
  // Takes what is not compared out of a reply, of theirs and of ours; the rest must be equal. Null:
  // of the body nothing is compared.
  void (*mask)(boost::json::value* body);
};

// Null: the reply is to be equal.
const ApiDifference* DifferenceOf(const boost::json::value& recorded);

// A recorded text, as JSON where it is not one.
std::string RecordedText(const boost::json::value& value);

}  // namespace vedette::logql

#endif  // VEDETTE_TESTS_CONFORMANCE_LOGQL_API_DIFFERENCES_H_
