#include "base/status.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "absl/strings/cord.h"

namespace vedette::base {
namespace {

// Payload that marks a status as "the disk is full".
constexpr char kNoSpacePayload[] = "vedette/no-space";

Status Make(absl::StatusCode code, std::string_view message) {
  return Status(code, absl::string_view(message.data(), message.size()));
}

}  // namespace

Status InvalidArgument(std::string_view m) { return Make(absl::StatusCode::kInvalidArgument, m); }
Status NotFound(std::string_view m) { return Make(absl::StatusCode::kNotFound, m); }
Status DataLoss(std::string_view m) { return Make(absl::StatusCode::kDataLoss, m); }
Status Unavailable(std::string_view m) { return Make(absl::StatusCode::kUnavailable, m); }
Status ResourceExhausted(std::string_view m) {
  return Make(absl::StatusCode::kResourceExhausted, m);
}
Status DeadlineExceeded(std::string_view m) { return Make(absl::StatusCode::kDeadlineExceeded, m); }
Status Cancelled(std::string_view m) { return Make(absl::StatusCode::kCancelled, m); }
Status Internal(std::string_view m) { return Make(absl::StatusCode::kInternal, m); }
Status PermissionDenied(std::string_view m) { return Make(absl::StatusCode::kPermissionDenied, m); }

Status FromErrno(int errnum, std::string_view what) {
  std::string message(what);
  message += ": ";
  message += std::strerror(errnum);
  switch (errnum) {
    case ENOENT:
      return NotFound(message);
    case EACCES:
    case EPERM:
      return PermissionDenied(message);
    case ENOSPC:
    case EDQUOT: {
      Status status = Unavailable(message);
      status.SetPayload(kNoSpacePayload, absl::Cord());
      return status;
    }
    default:
      return Internal(message);
  }
}

bool IsNoSpace(const Status& status) { return status.GetPayload(kNoSpacePayload).has_value(); }

Status Annotate(const Status& status, std::string_view context) {
  if (status.ok()) return status;
  std::string message(context);
  message += ": ";
  message += Message(status);
  Status annotated = Make(status.code(), message);
  status.ForEachPayload([&](absl::string_view type, const absl::Cord& payload) {
    annotated.SetPayload(type, payload);
  });
  return annotated;
}

std::string_view Message(const Status& status) {
  return std::string_view(status.message().data(), status.message().size());
}

void CheckFailed(const char* file, int line, const char* condition) {
  std::fprintf(stderr, "%s:%d: check failed: %s\n", file, line, condition);
  std::abort();
}

}  // namespace vedette::base
