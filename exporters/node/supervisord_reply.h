#ifndef VEDETTE_EXPORTERS_NODE_SUPERVISORD_REPLY_H_
#define VEDETTE_EXPORTERS_NODE_SUPERVISORD_REPLY_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace vedette::exporters::node {

// What supervisord tells of one process. A plain value.
struct SupervisedProcess {
  std::string name;
  std::string group;
  double state = 0;
  double exit_status = 0;
  double start = 0;  // seconds since the epoch
};

// The answer to supervisor.getAllProcessInfo: an XML-RPC array of flat structs. A fault is an
// error that carries its text.
base::StatusOr<std::vector<SupervisedProcess>> ParseSupervisordReply(std::string_view xml);

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_SUPERVISORD_REPLY_H_
