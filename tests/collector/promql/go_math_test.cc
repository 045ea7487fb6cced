// The values are those of Prometheus 3.5.3, asked as fn(vector(x)).
#include "collector/promql/go_math.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "collector/promql/math.h"

namespace vedette::promql {
namespace {

struct OneArgument {
  const char* name;
  double (*function)(double);
  double x;
  double want;
};

TEST(GoMath, IsPrometheusToTheLastBit) {
  const OneArgument rows[] = {
      {"exp", GoExp, -745.1, 5e-324},
      {"exp", GoExp, -708.5, 2.006132305331306e-308},
      {"exp", GoExp, -0.3, 0.7408182206817179},
      {"exp", GoExp, 1e-9, 1.000000001},
      {"exp", GoExp, 0.5, 1.6487212707001282},
      {"exp", GoExp, 1, 2.718281828459045},
      {"exp", GoExp, 88.7, 3.325986980250579e+38},
      {"exp", GoExp, 709.7, std::numeric_limits<double>::infinity()},
      {"ln", GoLog, 5e-324, -709.0895657128241},
      {"ln", GoLog, 1e-308, -708.7183999708778},
      {"ln", GoLog, 0.1, -2.3025850929940455},
      {"ln", GoLog, 0.7071067811865476, -0.3465735902799726},
      {"ln", GoLog, 0.9999, -0.00010000500033334732},
      {"ln", GoLog, 3, 1.0986122886681096},
      {"ln", GoLog, 1e308, 709.1962086421661},
      {"log10", GoLog10, 4, 0.6020599913279624},
      {"log10", GoLog10, 1.6, 0.2041199826559248},
      {"log10", GoLog10, 0.6948674738744653, -0.15809801678139673},
      {"log10", GoLog10, 1e21, 21.0},
      {"sin", GoSin, 0.1, 0.09983341664682815},
      {"sin", GoSin, 2, 0.9092974268256816},
      {"sin", GoSin, -3.5, 0.35078322768961984},
      {"sin", GoSin, 22, -0.008851309290403876},
      {"sin", GoSin, 1e9, 0.5458434494486994},
      {"sin", GoSin, 1e300, -0.8178819121159087},
      {"cos", GoCos, 0.1, 0.9950041652780257},
      {"cos", GoCos, 2, -0.4161468365471424},
      {"cos", GoCos, -3.5, -0.9364566872907963},
      {"cos", GoCos, 22, -0.9999608263946371},
      {"cos", GoCos, 1e9, 0.8378871813639024},
      {"cos", GoCos, 1e300, -0.5753861119575491},
      {"tan", GoTan, 1e-8, 1e-08},
      {"tan", GoTan, 0.1, 0.10033467208545055},
      {"tan", GoTan, 2, -2.185039863261519},
      {"tan", GoTan, -3.5, -0.3745856401585947},
      {"tan", GoTan, 22, 0.00885165604168446},
      {"tan", GoTan, 1e9, 0.6514522021451411},
      {"tan", GoTan, 1e300, 1.4214488238747243},
      {"asin", GoAsin, 0.3, 0.3046926540153975},
      {"asin", GoAsin, -0.71, -0.7894982093461719},
      {"asin", GoAsin, 0.999, 1.5260712396261635},
      {"asin", GoAsin, 1, 1.5707963267948966},
      {"acos", GoAcos, 0.3, 1.266103672779499},
      {"acos", GoAcos, -0.71, 2.3602945361410685},
      {"acos", GoAcos, 0.999, 0.044725087168733024},
      {"acos", GoAcos, -1, 3.141592653589793},
      {"atan", GoAtan, 0.66, 0.583373006993856},
      {"atan", GoAtan, 0.67, 0.590306746935372},
      {"atan", GoAtan, 2.42, 1.1789429189731648},
      {"atan", GoAtan, -1e10, -1.5707963266948965},
      {"sinh", GoSinh, 0.3, 0.3045202934471426},
      {"sinh", GoSinh, -0.86, -0.9699993056940229},
      {"sinh", GoSinh, 3, 10.017874927409903},
      {"sinh", GoSinh, 22, 1792456423.0657957},
      {"sinh", GoSinh, -700, -5.0711602736750225e+303},
      {"cosh", GoCosh, 0.175, 1.0153516186907827},
      {"cosh", GoCosh, -0.79, 1.3286206107691463},
      {"cosh", GoCosh, 3, 10.067661995777765},
      {"cosh", GoCosh, 22, 1792456423.0657957},
      {"cosh", GoCosh, 700, 5.0711602736750225e+303},
      {"tanh", GoTanh, 0.3, 0.2913126124515909},
      {"tanh", GoTanh, -0.7, -0.6043677771171635},
      {"tanh", GoTanh, 3, 0.9950547536867305},
      {"tanh", GoTanh, 45, 1.0},
      {"asinh", GoAsinh, 1e-9, 1e-09},
      {"asinh", GoAsinh, 0.3, 0.29567304756342244},
      {"asinh", GoAsinh, -1.5, -1.1947632172871094},
      {"asinh", GoAsinh, 3, 1.8184464592320668},
      {"asinh", GoAsinh, 1e9, 21.416413017506354},
      {"acosh", GoAcosh, 1.0000001, 0.0004472135919037347},
      {"acosh", GoAcosh, 1.7, 1.123230982587296},
      {"acosh", GoAcosh, 3, 1.7627471740390859},
      {"acosh", GoAcosh, 1e9, 21.416413017506354},
      {"atanh", GoAtanh, 1e-9, 1e-09},
      {"atanh", GoAtanh, 0.3, 0.30951960420311175},
      {"atanh", GoAtanh, -0.6, -0.6931471805599453},
      {"atanh", GoAtanh, 0.999, 3.8002011672501994},
  };
  for (const OneArgument& row : rows) {
    EXPECT_EQ(row.function(row.x), row.want) << row.name << "(" << row.x << ")";
  }
}

struct TwoArguments {
  const char* name;
  double (*function)(double, double);
  double a;
  double b;
  double want;
};

TEST(GoMath, OfTwoArgumentsIsPrometheusToTheLastBit) {
  const TwoArguments rows[] = {
      {"atan2", GoAtan2, 1, -2, 2.677945044588987},
      {"atan2", GoAtan2, -1, -2, -2.677945044588987},
      {"atan2", GoAtan2, 3, 0.5, 1.4056476493802696},
      {"atan2", GoAtan2, 0, -1, 3.141592653589793},
      {"atan2", GoAtan2, 1e300, 1e-300, 1.5707963267948966},
      {"^", GoPow, 2.5, -2.5, 0.10119288512538813},
      {"^", GoPow, 0.16, -0.5, 2.5},
      {"^", GoPow, 7, 7, 823543.0},
      {"^", GoPow, 1.0000001, 1e9, 2.688103843211962e+43},
      {"^", GoPow, 10, -320, 1e-320},
      {"^", GoPow, 3, 0.3, 1.3903891703159093},
  };
  for (const TwoArguments& row : rows) {
    EXPECT_EQ(row.function(row.a, row.b), row.want) << row.a << " " << row.name << " " << row.b;
  }
}

TEST(GoMath, KeepsTheSignOfZero) {
  for (double (*function)(double) :
       {GoSin, GoTan, GoAsin, GoAtan, GoSinh, GoTanh, GoAsinh, GoAtanh}) {
    EXPECT_EQ(std::bit_cast<uint64_t>(function(-0.0)), std::bit_cast<uint64_t>(-0.0));
  }
}

TEST(GoMath, WhatHasNoValueIsNan) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (double (*function)(double) :
       {GoExp, GoLog, GoLog1p, GoLog10, GoSin, GoCos, GoTan, GoAsin, GoAcos, GoAtan, GoSinh, GoCosh,
        GoTanh, GoAsinh, GoAcosh, GoAtanh}) {
    EXPECT_TRUE(std::isnan(function(nan)));
  }
  for (double (*function)(double) : {GoSin, GoCos, GoTan, GoAsin, GoAcos, GoAtanh}) {
    EXPECT_TRUE(std::isnan(function(kInf)));
    EXPECT_TRUE(std::isnan(function(-kInf)));
  }
  EXPECT_TRUE(std::isnan(GoLog(-1)));
  EXPECT_TRUE(std::isnan(GoAcosh(0.5)));
}

}  // namespace
}  // namespace vedette::promql
