#include "app/host_name.h"

#include <sys/utsname.h>

namespace vedette::app {

std::string HostName() {
  utsname names{};
  return uname(&names) == 0 && names.nodename[0] != '\0' ? names.nodename : "localhost";
}

}  // namespace vedette::app
