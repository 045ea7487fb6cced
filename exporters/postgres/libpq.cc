#include "exporters/postgres/libpq.h"

#include <dlfcn.h>

#include "base/strings.h"

namespace vedette::exporters::postgres {
namespace {

constexpr char kLibrary[] = "libpq.so.5";

// Looks functions up; remembers the first that is missing.
class Symbols {
 public:
  explicit Symbols(void* library) : library_(library) {}

  template <typename Function>
  void Find(const char* name, Function* function) {
    void* const found = dlsym(library_, name);
    if (found == nullptr && missing_ == nullptr) missing_ = name;
    *function = reinterpret_cast<Function>(found);
  }
  const char* missing() const { return missing_; }

 private:
  void* const library_;
  const char* missing_ = nullptr;
};

void FindConnectionFunctions(Symbols* symbols, LibPq* pq) {
  symbols->Find("PQconnectStartParams", &pq->connect_start_params);
  symbols->Find("PQconnectPoll", &pq->connect_poll);
  symbols->Find("PQstatus", &pq->status);
  symbols->Find("PQsocket", &pq->socket);
  symbols->Find("PQserverVersion", &pq->server_version);
  symbols->Find("PQerrorMessage", &pq->error_message);
  symbols->Find("PQfinish", &pq->finish);
  symbols->Find("PQsetnonblocking", &pq->set_nonblocking);
  symbols->Find("PQsetNoticeReceiver", &pq->set_notice_receiver);
  symbols->Find("PQenterPipelineMode", &pq->enter_pipeline_mode);
  symbols->Find("PQsendQueryParams", &pq->send_query_params);
  symbols->Find("PQpipelineSync", &pq->pipeline_sync);
  symbols->Find("PQflush", &pq->flush);
  symbols->Find("PQconsumeInput", &pq->consume_input);
  symbols->Find("PQisBusy", &pq->is_busy);
  symbols->Find("PQgetResult", &pq->get_result);
}

void FindResultFunctions(Symbols* symbols, LibPq* pq) {
  symbols->Find("PQresultStatus", &pq->result_status);
  symbols->Find("PQresultErrorField", &pq->result_error_field);
  symbols->Find("PQntuples", &pq->ntuples);
  symbols->Find("PQnfields", &pq->nfields);
  symbols->Find("PQfname", &pq->fname);
  symbols->Find("PQftype", &pq->ftype);
  symbols->Find("PQgetvalue", &pq->getvalue);
  symbols->Find("PQgetlength", &pq->getlength);
  symbols->Find("PQgetisnull", &pq->getisnull);
  symbols->Find("PQclear", &pq->clear);
}

}  // namespace

base::StatusOr<const LibPq*> LibPqLoader::Get() {
  base::MutexLock lock(mutex_);
  if (loaded_ != nullptr) return loaded_.get();
  void* const library = dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    return base::Unavailable(
        base::Concat({"cannot load ", kLibrary, " (Debian: package libpq5): ", dlerror()}));
  }
  auto pq = std::make_unique<LibPq>();
  Symbols symbols(library);
  FindConnectionFunctions(&symbols, pq.get());
  FindResultFunctions(&symbols, pq.get());
  if (symbols.missing() != nullptr) {
    return base::Unavailable(base::Concat(
        {kLibrary, " lacks ", symbols.missing(), "; libpq of PostgreSQL 14 or newer is needed"}));
  }
  loaded_ = std::move(pq);
  return loaded_.get();
}

}  // namespace vedette::exporters::postgres
