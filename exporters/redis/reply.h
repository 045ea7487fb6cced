#ifndef VEDETTE_EXPORTERS_REDIS_REPLY_H_
#define VEDETTE_EXPORTERS_REDIS_REPLY_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace vedette::exporters::redis {

// What a server answers. A plain value.
struct Reply {
  enum class Kind { kNil, kInteger, kString, kStatus, kError, kArray };

  Kind kind = Kind::kNil;
  int64_t integer = 0;
  std::string text;  // of strings, statuses and errors
  std::vector<Reply> items;

  bool is_error() const { return kind == Kind::kError; }
  bool is_array() const { return kind == Kind::kArray; }
  bool is_text() const { return kind == Kind::kString || kind == Kind::kStatus; }
  // The number of an integer or of a text that is one.
  std::optional<double> Number() const;
  // An array of names and values as a map; names that are no texts are skipped. The pointers are
  // into this reply.
  std::map<std::string_view, const Reply*> ToMap() const;
};

// Over these a reply is refused: servers are not trusted with our memory.
struct ReplyLimits {
  size_t max_bytes = 64 << 20;  // of one reply on the wire
  size_t max_nodes = 256 << 10;
};

// RESP2 from bytes to replies (hiredis' reader). Declared sizes are checked before anything waits
// for them or takes memory; arrays nest seven deep at most. One thread; of no use after an error.
class ReplyReader {
 public:
  explicit ReplyReader(ReplyLimits limits = {});
  ~ReplyReader();
  ReplyReader(const ReplyReader&) = delete;
  ReplyReader& operator=(const ReplyReader&) = delete;

  base::Status Feed(std::string_view bytes);
  // The next whole reply, or nothing until more bytes are fed. DataLoss on bytes that are no RESP,
  // ResourceExhausted over a limit.
  base::StatusOr<std::optional<Reply>> Next();

 private:
  class Hiredis;
  const std::unique_ptr<Hiredis> hiredis_;
};

}  // namespace vedette::exporters::redis

#endif  // VEDETTE_EXPORTERS_REDIS_REPLY_H_
