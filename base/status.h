#ifndef VEDETTE_BASE_STATUS_H_
#define VEDETTE_BASE_STATUS_H_

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// The one error convention: functions that can fail return Status or StatusOr<T>; each layer adds
// its context with Annotate; the top logs once. Codes are used as follows:
//   InvalidArgument    the input is wrong; the message says what was found and what is allowed
//   NotFound           the thing named does not exist
//   DataLoss           bytes on disk or on the wire are corrupt
//   Unavailable        cannot now, may later (overload, no space left: see IsNoSpace, peer down)
//   ResourceExhausted  a limit of ours refused it
//   DeadlineExceeded, Cancelled, Internal   as they say

namespace vedette::base {

using Status = absl::Status;
template <typename T>
using StatusOr = absl::StatusOr<T>;

// Makers that take std::string_view: Debian's absl::string_view is another type.
Status InvalidArgument(std::string_view message);
Status NotFound(std::string_view message);
Status DataLoss(std::string_view message);
Status Unavailable(std::string_view message);
Status ResourceExhausted(std::string_view message);
Status DeadlineExceeded(std::string_view message);
Status Cancelled(std::string_view message);
Status Internal(std::string_view message);
Status PermissionDenied(std::string_view message);

// The status of a failed system call: "WHAT: strerror(errnum)". ENOENT is NotFound, ENOSPC and
// EDQUOT are Unavailable and satisfy IsNoSpace, the rest Internal.
Status FromErrno(int errnum, std::string_view what);

// True for a status that FromErrno made from ENOSPC or EDQUOT, however often annotated.
bool IsNoSpace(const Status& status);

// The same status with "CONTEXT: " before its message. OK stays OK.
Status Annotate(const Status& status, std::string_view context);

// The message alone, without the code.
std::string_view Message(const Status& status);

// Prints and aborts. For broken invariants only, never for input, disk or network data.
[[noreturn]] void CheckFailed(const char* file, int line, const char* condition);

}  // namespace vedette::base

#define VEDETTE_CHECK(condition)                                                    \
  do {                                                                              \
    if (!(condition)) ::vedette::base::CheckFailed(__FILE__, __LINE__, #condition); \
  } while (false)

#define VEDETTE_RETURN_IF_ERROR(expr)                                            \
  do {                                                                           \
    if (::vedette::base::Status vedette_status_ = (expr); !vedette_status_.ok()) \
      return vedette_status_;                                                    \
  } while (false)

#define VEDETTE_CONCAT_INNER_(a, b) a##b
#define VEDETTE_CONCAT_(a, b) VEDETTE_CONCAT_INNER_(a, b)
#define VEDETTE_ASSIGN_OR_RETURN_IMPL_(tmp, lhs, expr) \
  auto tmp = (expr);                                   \
  if (!tmp.ok()) return tmp.status();                  \
  lhs = std::move(tmp).value()
#define VEDETTE_ASSIGN_OR_RETURN(lhs, expr) \
  VEDETTE_ASSIGN_OR_RETURN_IMPL_(VEDETTE_CONCAT_(vedette_or_, __LINE__), lhs, expr)

#endif  // VEDETTE_BASE_STATUS_H_
