#include "exporters/runtime/landing_page.h"

#include "base/strings.h"

namespace vedette::exporters {
namespace {

std::string EscapeHtml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace

std::string LandingPage(std::string_view title, std::string_view version,
                        std::string_view metrics_path) {
  const std::string name = EscapeHtml(title);
  const std::string path = EscapeHtml(metrics_path);
  return base::Concat({"<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"UTF-8\"><title>",
                       name, "</title></head>\n<body>\n<h1>", name,
                       "</h1>\n<p>Version: ", EscapeHtml(version), "</p>\n<p><a href=\"", path,
                       "\">Metrics</a></p>\n", "</body>\n</html>\n"});
}

}  // namespace vedette::exporters
