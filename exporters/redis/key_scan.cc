#include "exporters/redis/key_scan.h"

#include <utility>

#include "base/strings.h"

namespace vedette::exporters::redis {

base::StatusOr<const KeyScan::Result*> KeyScan::Advance(Connection* connection,
                                                        const std::string& node,
                                                        const KeyPattern& pattern, bool count_only,
                                                        const Deadline& slice,
                                                        const Deadline& deadline) {
  VEDETTE_ASSIGN_OR_RETURN(const bool selected, connection->Select(pattern.database, deadline));
  if (!selected) return base::NotFound("the server refuses database " + pattern.db_label());
  Pass& pass = passes_[{node, pattern.database, pattern.key, count_only}];
  do {
    VEDETTE_RETURN_IF_ERROR(Step(connection, pattern, count_only, deadline, &pass));
    Result& current = pass.current;
    const bool full =
        !count_only && std::cmp_greater_equal(current.keys.size(), settings_.max_keys);
    if (pass.cursor != "0" && !full) continue;
    current.whole = true;
    current.truncated = full && pass.cursor != "0";
    current.finished_mono_ns = deadline.clock->MonotonicNanos();
    pass.last = std::exchange(current, Result());
    pass.cursor = "0";
    return &pass.last;
  } while (!slice.Passed());
  return pass.last.whole ? &pass.last : &pass.current;
}

base::Status KeyScan::Step(Connection* connection, const KeyPattern& pattern, bool count_only,
                           const Deadline& deadline, Pass* pass) {
  VEDETTE_ASSIGN_OR_RETURN(Reply reply,
                           connection->RunOne({"SCAN", pass->cursor, "MATCH", pattern.key, "COUNT",
                                               std::to_string(settings_.batch_size)},
                                              deadline));
  if (reply.items.size() != 2 || !reply.items[0].is_text() || !reply.items[1].is_array()) {
    pass->cursor = "0";
    pass->current = Result();
    return base::NotFound(base::Concat(
        {"SCAN: ", reply.is_error() ? std::string_view(reply.text) : "a reply of another form"}));
  }
  pass->cursor = reply.items[0].text;
  pass->current.count += reply.items[1].items.size();
  if (count_only) return base::Status();
  for (Reply& key : reply.items[1].items) {
    if (std::cmp_greater_equal(pass->current.keys.size(), settings_.max_keys)) break;
    pass->current.keys.push_back(std::move(key.text));
  }
  return base::Status();
}

}  // namespace vedette::exporters::redis
