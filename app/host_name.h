#ifndef VEDETTE_APP_HOST_NAME_H_
#define VEDETTE_APP_HOST_NAME_H_

#include <string>

namespace vedette::app {

// This machine's name, as uname(2) gives it: the `host` label of its targets and log streams.
std::string HostName();

}  // namespace vedette::app

#endif  // VEDETTE_APP_HOST_NAME_H_
