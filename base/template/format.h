#ifndef VEDETTE_BASE_TEMPLATE_FORMAT_H_
#define VEDETTE_BASE_TEMPLATE_FORMAT_H_

#include <span>
#include <string>
#include <string_view>

#include "base/template/value.h"

namespace vedette::base::tmpl {

// fmt.Sprintf of Go for these values: flags "-+# 0", width, precision, verbs v s q d b o x X c U e
// E f F g G t T. What does not fit is shown in the text, as Go does: "%!d(string=hi)". Width and
// precision are capped at 1000.
std::string Sprintf(std::string_view format, std::span<const Value> args);

// fmt.Sprint: a space between two operands when neither is a string.
std::string Sprint(std::span<const Value> args);
// fmt.Sprintln.
std::string Sprintln(std::span<const Value> args);

// %v of a float: shortest digits, with an exponent below 1e-4 and from 1e+06 on ("+Inf", "NaN").
std::string FloatText(double v);

}  // namespace vedette::base::tmpl

#endif  // VEDETTE_BASE_TEMPLATE_FORMAT_H_
