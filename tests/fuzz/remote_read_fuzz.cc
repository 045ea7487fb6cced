// The decoder of remote read's requests, under any bytes: what it takes comes back the same.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "model/remote_read.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vedette::model;
  const auto request = DecodeRemoteRead({reinterpret_cast<const char*>(data), size});
  if (!request.ok()) return 0;
  const auto again = DecodeRemoteRead(EncodeRemoteRead(*request));
  if (!again.ok() || again->answer != request->answer) __builtin_trap();
  if (again->queries.size() != request->queries.size()) __builtin_trap();
  for (size_t i = 0; i < request->queries.size(); ++i) {
    if (again->queries[i].start_ms != request->queries[i].start_ms) __builtin_trap();
    if (again->queries[i].matchers.size() != request->queries[i].matchers.size()) __builtin_trap();
  }
  return 0;
}
