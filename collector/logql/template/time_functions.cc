#include <chrono>
#include <cstdint>
#include <string>

#include "base/strings.h"
#include "collector/logql/template/line_template.h"

namespace vedette::logql {
namespace {

using base::GoTime;
using base::InvalidArgument;
using base::StatusOr;
using base::tmpl::Function;
using base::tmpl::Functions;
using base::tmpl::Param;
using base::tmpl::Value;
using TimeArgs = std::span<const Value>;

constexpr int64_t kNanos = 1'000'000'000;

GoTime Now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return GoTime::FromUnix(0, std::chrono::duration_cast<std::chrono::nanoseconds>(since).count());
}

// Of a time, or of seconds since the epoch; of anything else, now.
GoTime TimeOf(const Value& v) {
  if (v.is(Value::Kind::kTime)) return v.as_time();
  if (v.is(Value::Kind::kInt)) return GoTime::FromUnix(v.as_int(), 0);
  return Now();
}

// As in UTC: a collector's answers do not change with its machine's zone.
StatusOr<Value> FormatDate(TimeArgs args) {
  GoTime time = TimeOf(args[1]);
  time.offset_s = 0;
  time.zone = "UTC";
  return Value(base::FormatGoTime(time, args[0].as_string()));
}

// What cannot be read is the year 1.
StatusOr<Value> ReadDate(TimeArgs args, std::string_view zone) {
  const auto time = base::ParseGoTime(args[0].as_string(), args.back().as_string(), zone);
  return Value(time.ok() ? *time : GoTime());
}

// Days, seconds, milli-, micro- or nanoseconds since the epoch, by how many digits there are.
// Times so far away wrap around, as in Go.
int64_t Wrapped(int64_t value, uint64_t unit_ns) {
  return static_cast<int64_t>(static_cast<uint64_t>(value) * unit_ns);
}

StatusOr<Value> UnixToTime(TimeArgs args) {
  const std::string& text = args[0].as_string();
  const auto value = base::ParseInt(text);
  const auto fail = [&](std::string_view why) {
    return InvalidArgument(base::Concat({"unable to parse time '", text, "': ", why}));
  };
  if (!value) {
    return fail(
        base::Concat({"strconv.ParseInt: parsing ", base::GoQuote(text), ": invalid syntax"}));
  }
  switch (text.size()) {
    case 5:
      return Value(GoTime::FromUnix(*value * 86'400, 0));
    case 10:
      return Value(GoTime::FromUnix(*value, 0));
    case 13:
      return Value(GoTime::FromUnix(0, Wrapped(*value, 1'000'000)));
    case 16:
      return Value(GoTime::FromUnix(0, Wrapped(*value, 1'000)));
    case 19:
      return Value(GoTime::FromUnix(0, *value));
    default:
      return fail("%!w(<nil>)");
  }
}

// Since the epoch, in units of `unit_ns`, as text.
Function EpochIn(int64_t unit_ns) {
  return {1,
          1,
          [unit_ns](TimeArgs args) -> StatusOr<Value> {
            const GoTime& time = args[0].as_time();
            const auto units =
                static_cast<uint64_t>(time.seconds) * static_cast<uint64_t>(kNanos / unit_ns) +
                static_cast<uint64_t>(time.nanos / unit_ns);
            return Value(std::to_string(static_cast<int64_t>(units)));
          },
          {Param::kTime}};
}

}  // namespace

void AddTimeFunctions(Functions* functions) {
  Functions& f = *functions;
  f["now"] = {0, 0, [](TimeArgs) -> StatusOr<Value> { return Value(Now()); }};
  f["date"] = {2, 2, FormatDate, {Param::kString, Param::kAny}};
  f["toDate"] = {2, 2, [](TimeArgs args) { return ReadDate(args, "UTC"); }, {Param::kString}};
  f["toDateInZone"] = {
      3, 3, [](TimeArgs args) { return ReadDate(args, args[1].as_string()); }, {Param::kString}};
  f["unixToTime"] = {1, 1, UnixToTime, {Param::kString}};
  f["unixEpoch"] = EpochIn(kNanos);
  f["unixEpochMillis"] = EpochIn(1'000'000);
  f["unixEpochNanos"] = EpochIn(1);
}

}  // namespace vedette::logql
