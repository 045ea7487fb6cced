#ifndef VEDETTE_TESTS_CONFORMANCE_EXPORTERS_FLAG_LINE_H_
#define VEDETTE_TESTS_CONFORMANCE_EXPORTERS_FLAG_LINE_H_

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"
#include "exporters/runtime/flag.h"

namespace vedette::test {

// Sets one argument as upstream's programs take it: --NAME=VALUE, --NAME, --no-NAME, with one dash
// or two.
template <typename Options>
base::Status SetFlag(const std::vector<exporters::Flag<Options>>& flags, std::string_view argument,
                     Options* options) {
  std::string_view name = argument.substr(argument.find_first_not_of('-'));
  const size_t equals = name.find('=');
  const std::string_view value = equals == name.npos ? "true" : name.substr(equals + 1);
  name = name.substr(0, equals);
  for (const auto& flag : flags) {
    if (name == flag.name) return flag.set(options, value);
    if (flag.is_switch && name == base::Concat({"no-", flag.name})) {
      return flag.set(options, "false");
    }
  }
  return base::InvalidArgument(base::Concat({argument, ": no such flag"}));
}

// Options as `arguments` set them. What is not taken is printed and left out: the comparison that
// needs it fails.
template <typename Options>
Options OptionsOf(const std::vector<exporters::Flag<Options>>& flags,
                  const std::vector<std::string>& arguments) {
  Options options;
  for (const std::string& argument : arguments) {
    const base::Status status = SetFlag(flags, argument, &options);
    if (!status.ok()) {
      std::printf("FAILED flag %s\n", std::string(base::Message(status)).c_str());
    }
  }
  return options;
}

}  // namespace vedette::test

#endif  // VEDETTE_TESTS_CONFORMANCE_EXPORTERS_FLAG_LINE_H_
