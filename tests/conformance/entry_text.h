#ifndef VEDETTE_TESTS_CONFORMANCE_ENTRY_TEXT_H_
#define VEDETTE_TESTS_CONFORMANCE_ENTRY_TEXT_H_

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "model/exposition/reader.h"

namespace vedette::test {

// A corpus' text.
std::string JsonText(const boost::json::value& value);

// Everything a reader says about its page, one line an entry, and the error if there is one.
std::vector<std::string> DescribePage(model::exposition::Reader* reader, std::string* error);

// How the entries of a corpus are to be read.
struct EventOptions {
  bool type_and_unit = false;  // of labels given both ways: those with type and unit
  bool names_only = false;     // the corpus gives which series they are and their start, no more
};

// An entry that a corpus expects, in the words of DescribePage.
std::string DescribeEvent(const boost::json::value& event, const EventOptions& options);
// A line of DescribePage, reduced to what `options` compare.
std::string Reduced(const std::string& line, const EventOptions& options);

// What differs first, or nothing.
std::string FirstDifference(const std::vector<std::string>& found,
                            const std::vector<std::string>& expected);

}  // namespace vedette::test

#endif  // VEDETTE_TESTS_CONFORMANCE_ENTRY_TEXT_H_
