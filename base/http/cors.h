#ifndef VEDETTE_BASE_HTTP_CORS_H_
#define VEDETTE_BASE_HTTP_CORS_H_

#include <memory>
#include <string>
#include <string_view>

#include "base/http/message.h"
#include "base/status.h"

namespace re2 {
class RE2;
}

namespace vedette::base::http {

// Which web pages of other origins may read what the server answers; the header fields are those
// of Prometheus. Immutable, shared by the server and the answers under way.
class CorsPolicy {
 public:
  // `origin` is a regular expression that an Origin must match whole; ".*" allows every one.
  static StatusOr<std::shared_ptr<const CorsPolicy>> Make(std::string_view origin);

  // The fields of an answer to a request from `origin`; empty where the request named none.
  void AddTo(std::string_view origin, Headers* headers) const;

 private:
  bool any_ = false;
  std::shared_ptr<const re2::RE2> origin_;
};

}  // namespace vedette::base::http

#endif  // VEDETTE_BASE_HTTP_CORS_H_
