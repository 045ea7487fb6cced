#include "exporters/runtime/landing_page.h"

#include "base/escape.h"
#include "base/strings.h"

namespace vedette::exporters {
std::string LandingPage(std::string_view title, std::string_view version,
                        std::string_view metrics_path) {
  const std::string name = base::EscapeHtml(title);
  const std::string path = base::EscapeHtml(metrics_path);
  return base::Concat({"<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"UTF-8\"><title>",
                       name, "</title></head>\n<body>\n<h1>", name,
                       "</h1>\n<p>Version: ", base::EscapeHtml(version), "</p>\n<p><a href=\"",
                       path, "\">Metrics</a></p>\n", "</body>\n</html>\n"});
}

}  // namespace vedette::exporters
