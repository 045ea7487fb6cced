#ifndef VEDETTE_EXPORTERS_RUNTIME_REQUEST_LIMIT_H_
#define VEDETTE_EXPORTERS_RUNTIME_REQUEST_LIMIT_H_

#include <atomic>
#include <string>
#include <utility>

#include "base/http/message.h"
#include "base/strings.h"

namespace vedette::exporters {

// How many scrapes may be answered at the same time: --web.max-requests. Thread-safe.
class RequestLimit {
 public:
  explicit RequestLimit(int most) : most_(most) {}  // 0: no limit

  // What `answer` answers, or 503 where there are `most` already. The text is upstream's.
  template <typename Answer>
  base::http::Response Guard(Answer&& answer) const {
    const Turn turn(&count_);
    if (most_ == 0 || turn.number <= most_) return std::forward<Answer>(answer)();
    return base::http::Response::Text(
        503, base::Concat({"Limit of concurrent requests reached (", std::to_string(most_),
                           "), try again later.\n"}));
  }

 private:
  // Counts a request for as long as it lives.
  struct Turn {
    explicit Turn(std::atomic<int>* c) : count(c), number(++*c) {}
    ~Turn() { --*count; }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    std::atomic<int>* const count;
    const int number;
  };

  const int most_;
  mutable std::atomic<int> count_{0};
};

}  // namespace vedette::exporters

#endif  // VEDETTE_EXPORTERS_RUNTIME_REQUEST_LIMIT_H_
