#ifndef VEDETTE_ANNOUNCER_IDENTITY_H_
#define VEDETTE_ANNOUNCER_IDENTITY_H_

#include <string>
#include <string_view>

#include "base/fs.h"
#include "base/log.h"
#include "base/secrets.h"
#include "base/status.h"

namespace vedette::announcer {

// Who this agent is to the collector. A value type.
struct Identity {
  std::string id;
  base::Secret key;
};

// The file's name in the state folder (FORMAT.md).
inline constexpr std::string_view kIdentityFile = "agent-id";

// Reads the identity in `folder`; makes it where there is none, or one of another machine.
// `machine_id` is what /etc/machine-id holds, empty without one. InvalidArgument: a newer version
// wrote it; else what the disk said.
base::StatusOr<Identity> LoadOrMakeIdentity(base::FileSystem* fs, base::Logger* logger,
                                            const std::string& folder, std::string_view machine_id);

// Reads it alone, for who looks at another process' state. NotFound where there is none; DataLoss
// where it is not of the form.
base::StatusOr<Identity> LoadIdentity(base::FileSystem* fs, const std::string& folder);

}  // namespace vedette::announcer

#endif  // VEDETTE_ANNOUNCER_IDENTITY_H_
