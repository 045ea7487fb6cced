#ifndef VEDETTE_EXPORTERS_POSTGRES_LIBPQ_H_
#define VEDETTE_EXPORTERS_POSTGRES_LIBPQ_H_

#include <libpq-fe.h>

#include <memory>

#include "base/mutex.h"
#include "base/status.h"

namespace vedette::exporters::postgres {

// The functions of libpq that we call. Immutable once loaded.
struct LibPq {
  decltype(&::PQconnectStartParams) connect_start_params = nullptr;
  decltype(&::PQconnectPoll) connect_poll = nullptr;
  decltype(&::PQstatus) status = nullptr;
  decltype(&::PQsocket) socket = nullptr;
  decltype(&::PQserverVersion) server_version = nullptr;
  decltype(&::PQerrorMessage) error_message = nullptr;
  decltype(&::PQfinish) finish = nullptr;
  decltype(&::PQsetnonblocking) set_nonblocking = nullptr;
  decltype(&::PQsetNoticeReceiver) set_notice_receiver = nullptr;
  decltype(&::PQenterPipelineMode) enter_pipeline_mode = nullptr;
  decltype(&::PQsendQueryParams) send_query_params = nullptr;
  decltype(&::PQpipelineSync) pipeline_sync = nullptr;
  decltype(&::PQflush) flush = nullptr;
  decltype(&::PQconsumeInput) consume_input = nullptr;
  decltype(&::PQisBusy) is_busy = nullptr;
  decltype(&::PQgetResult) get_result = nullptr;
  decltype(&::PQresultStatus) result_status = nullptr;
  decltype(&::PQresultErrorField) result_error_field = nullptr;
  decltype(&::PQntuples) ntuples = nullptr;
  decltype(&::PQnfields) nfields = nullptr;
  decltype(&::PQfname) fname = nullptr;
  decltype(&::PQftype) ftype = nullptr;
  decltype(&::PQgetvalue) getvalue = nullptr;
  decltype(&::PQgetlength) getlength = nullptr;
  decltype(&::PQgetisnull) getisnull = nullptr;
  decltype(&::PQclear) clear = nullptr;
};

// Loads libpq when it is first asked for: with the libraries it brings (Kerberos, LDAP) it costs
// 5.5 MB of memory, which a host without PostgreSQL need not pay. Owned by the exporter; outlives
// every connection. Thread-safe. The library is never unloaded: what it brings does not bear it.
class LibPqLoader {
 public:
  // Unavailable, naming the library or the function that is missing. libpq 14 is the oldest one
  // that has pipelines. A failure is tried again at the next call.
  base::StatusOr<const LibPq*> Get() VEDETTE_EXCLUDES(mutex_);

 private:
  base::Mutex mutex_;
  std::unique_ptr<const LibPq> loaded_ VEDETTE_GUARDED_BY(mutex_);
};

}  // namespace vedette::exporters::postgres

#endif  // VEDETTE_EXPORTERS_POSTGRES_LIBPQ_H_
