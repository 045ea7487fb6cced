#ifndef VEDETTE_COLLECTOR_PROMQL_VECTOR_FUNCTIONS_H_
#define VEDETTE_COLLECTOR_PROMQL_VECTOR_FUNCTIONS_H_

#include <cstdint>

#include "collector/promql/functions.h"

namespace vedette::promql {

// Functions of one number: abs, ln, sin, ... Null for functions of another kind.
using MathFunction = double (*)(double);
MathFunction FindMathFunction(FunctionId id);

// Parts of a UTC date from Unix seconds: hour, day_of_week, ... Null for functions of another kind.
using DateFunction = double (*)(int64_t);
DateFunction FindDateFunction(FunctionId id);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_VECTOR_FUNCTIONS_H_
