#ifndef VEDETTE_EXPORTERS_RUNTIME_FLAG_H_
#define VEDETTE_EXPORTERS_RUNTIME_FLAG_H_

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "base/status.h"

namespace vedette::exporters {

// What a command line knows of a flag. A plain value.
struct FlagText {
  std::string name;  // "collector.cpu.info", without dashes
  std::string help;
  std::string default_value;  // "true" or "false" for a switch
  std::string env;         // the environment variable read where the flag is not given; may be ""
  bool is_switch = false;  // --NAME and --no-NAME, given to `set` as "true" and "false"
  bool is_hidden = false;  // upstream does not list it in --help
};

// One command-line flag of an exporter, for app to register: the exporter says what it takes, app
// reads the command line. A plain value.
template <typename Options>
struct Flag : FlagText {
  // Fails with InvalidArgument saying what was found and what is allowed. A repeatable flag is set
  // once for each value.
  std::function<base::Status(Options*, std::string_view value)> set;
};

// What a flag's text means. Errors say what was found and what is allowed.
base::StatusOr<bool> ParseSwitch(std::string_view value);
base::StatusOr<int64_t> ParseCount(std::string_view value, int64_t min, int64_t max);
// "5s", "1m30s", "100ms"; zero or more.
base::StatusOr<std::chrono::milliseconds> ParseTime(std::string_view value);

// Makers of the usual kinds. `field` is a function that gives the place that the flag sets:
//   [](Options* o) -> auto& { return o->cpu.guest; }
template <typename Options, typename Field>
Flag<Options> SwitchFlag(std::string name, std::string help, bool default_value, Field field) {
  Flag<Options> flag;
  flag.name = std::move(name);
  flag.help = std::move(help);
  flag.default_value = default_value ? "true" : "false";
  flag.is_switch = true;
  flag.set = [field](Options* options, std::string_view value) -> base::Status {
    VEDETTE_ASSIGN_OR_RETURN(field(options), ParseSwitch(value));
    return base::Status();
  };
  return flag;
}

// Sets a string or an optional string.
template <typename Options, typename Field>
Flag<Options> TextFlag(std::string name, std::string help, std::string default_value, Field field) {
  Flag<Options> flag;
  flag.name = std::move(name);
  flag.help = std::move(help);
  flag.default_value = std::move(default_value);
  flag.set = [field](Options* options, std::string_view value) {
    field(options) = std::string(value);
    return base::Status();
  };
  return flag;
}

// Appends to a vector of strings at each use.
template <typename Options, typename Field>
Flag<Options> ListFlag(std::string name, std::string help, Field field) {
  Flag<Options> flag;
  flag.name = std::move(name);
  flag.help = std::move(help);
  flag.set = [field](Options* options, std::string_view value) {
    field(options).push_back(std::string(value));
    return base::Status();
  };
  return flag;
}

// Sets a whole number between `min` and `max`, both allowed.
template <typename Options, typename Field>
Flag<Options> CountFlag(std::string name, std::string help, int64_t default_value, int64_t min,
                        int64_t max, Field field) {
  Flag<Options> flag;
  flag.name = std::move(name);
  flag.help = std::move(help);
  flag.default_value = std::to_string(default_value);
  flag.set = [field, min, max](Options* options, std::string_view value) -> base::Status {
    VEDETTE_ASSIGN_OR_RETURN(const int64_t count, ParseCount(value, min, max));
    field(options) = static_cast<std::remove_cvref_t<decltype(field(options))>>(count);
    return base::Status();
  };
  return flag;
}

// Sets a std::chrono::milliseconds.
template <typename Options, typename Field>
Flag<Options> TimeFlag(std::string name, std::string help, std::string default_value, Field field) {
  Flag<Options> flag;
  flag.name = std::move(name);
  flag.help = std::move(help);
  flag.default_value = std::move(default_value);
  flag.set = [field](Options* options, std::string_view value) -> base::Status {
    VEDETTE_ASSIGN_OR_RETURN(field(options), ParseTime(value));
    return base::Status();
  };
  return flag;
}

}  // namespace vedette::exporters

#endif  // VEDETTE_EXPORTERS_RUNTIME_FLAG_H_
