#ifndef VEDETTE_EXPORTERS_REDIS_TLS_STREAM_H_
#define VEDETTE_EXPORTERS_REDIS_TLS_STREAM_H_

#include <memory>
#include <string>

#include "base/fs.h"
#include "base/status.h"
#include "exporters/redis/options.h"
#include "exporters/redis/stream.h"

namespace vedette::exporters::redis {

// Certificates loaded for connections to servers. Immutable, thread-safe; outlives no stream that
// was made with it (OpenSSL counts).
class TlsContext {
 public:
  virtual ~TlsContext() = default;

  // Reads the files now, so that rotated certificates need only a new context. Errors name the
  // file.
  static base::StatusOr<std::unique_ptr<TlsContext>> Load(const RedisOptions::Tls& options,
                                                          base::FileSystem* fs);

  // The handshake over a connected descriptor. `host` is the name that the certificate must have
  // unless the options name another.
  virtual base::StatusOr<std::unique_ptr<Stream>> Handshake(Fd fd, const std::string& host,
                                                            const Deadline& deadline) const = 0;
};

}  // namespace vedette::exporters::redis

#endif  // VEDETTE_EXPORTERS_REDIS_TLS_STREAM_H_
