#ifndef VEDETTE_APP_PAGE_CLIENT_H_
#define VEDETTE_APP_PAGE_CLIENT_H_

#include <cstdint>
#include <functional>
#include <memory>

#include "base/http/client.h"
#include "base/http/message.h"

namespace vedette::app {

// Answers what is asked at a port of this process' own exporters.
using PageAnswer =
    std::function<base::http::Response(uint16_t port, const base::http::Request& request)>;

// A client that asks them without a connection: whatever they listen on, and whoever has to log in
// there. Thread-safe as `answer` is, which outlives it.
std::unique_ptr<base::http::Client> NewPageClient(PageAnswer answer);

}  // namespace vedette::app

#endif  // VEDETTE_APP_PAGE_CLIENT_H_
