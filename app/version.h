#ifndef VEDETTE_APP_VERSION_H_
#define VEDETTE_APP_VERSION_H_

#include <string>

namespace vedette::app {

// Our own version, from CMakeLists.txt.
inline constexpr char kVersion[] = VEDETTE_VERSION;
// What the APIs answer to clients that ask for a version: the release whose API this is.
inline constexpr char kPrometheusVersion[] = "3.5.3";
inline constexpr char kLokiVersion[] = "3.7.6";
inline constexpr char kAlertmanagerVersion[] = "0.33.1";

// All of these, in a line without its end.
std::string VersionText();

}  // namespace vedette::app

#endif  // VEDETTE_APP_VERSION_H_
